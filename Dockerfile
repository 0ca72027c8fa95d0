# One static program and the certificates it trusts; no shell, no libraries, no root.
#
#   docker build -t aws-cleaner .
#   docker run --rm -e AWS_REGION -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN aws-cleaner whoami
#
# A configuration is found in the working directory: `FROM aws-cleaner`, `COPY aws-cleaner.yaml /config/`.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache ca-certificates gcc musl-dev
WORKDIR /src
COPY . .
RUN deploy/build-static /out

FROM scratch
COPY --from=build /out/ /
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
WORKDIR /config
USER 65532:65532
ENTRYPOINT ["/aws-cleaner"]
