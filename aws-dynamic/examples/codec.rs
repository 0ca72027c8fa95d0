//! Answers questions about the wire format, one JSON line each, for the differential test against botocore.
//!
//! Questions, by `do`: `operations`, `request`, `response`, `endpoint`, and `call` and `pages`, which really call.

use std::{
    error::Error,
    io::{self, BufRead as _, Write as _},
};

use aws_dynamic::{
    Session, SessionOptions, codec,
    model::{Models, OperationModel},
};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let opened;
    let models = match std::env::args_os().nth(1) {
        Some(path) => {
            opened = Models::open(Box::leak(std::fs::read(path)?.into_boxed_slice()))?;
            &opened
        }
        None => Models::builtin(),
    };
    let session = Session::load(SessionOptions::default()).await?;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let answer = match answer(models, &session, &question).await {
            Ok(answer) => json!({ "ok": answer }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

async fn answer(models: &Models, session: &Session, question: &Value) -> Result<Value, Box<dyn Error>> {
    let text = |key: &str| question[key].as_str().ok_or_else(|| format!("{key} is missing"));
    match text("do")? {
        "operations" => Ok(models
            .services()
            .map(|name| {
                let mut names: Vec<_> =
                    models.service(name).into_iter().flat_map(|model| model.operations()).collect();
                names.sort_unstable();
                (name.to_owned(), json!(names))
            })
            .collect()),
        "request" => {
            let request = codec::request(operation(models, question)?, &question["input"])?;
            let headers: serde_json::Map<_, _> =
                request.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
            let body = aws_smithy_types::base64::encode(request.body);
            Ok(json!({"method": request.method, "uri": request.uri, "headers": headers, "body": body}))
        }
        "response" => {
            let status = question["status"].as_u64().ok_or("status is missing")?;
            let headers = question["headers"].as_object().into_iter().flatten();
            let response = codec::WireResponse {
                status: status.try_into()?,
                headers: headers
                    .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                    .collect(),
                body: aws_smithy_types::base64::decode(text("body")?)?,
            };
            Ok(match codec::response(operation(models, question)?, response)? {
                Ok(output) => json!({ "output": output }),
                Err([code, message]) => json!({"code": code, "message": message}),
            })
        }
        "endpoint" => {
            let service = models.service(text("service")?).ok_or("no such service")?;
            let endpoint = service.endpoint(text("region")?);
            Ok(json!([endpoint.url, endpoint.signing_region, endpoint.signing_name]))
        }
        "call" => {
            let client = session.client(text("service")?, text("region")?)?;
            Ok(client.call(text("operation")?, question["input"].clone()).await?)
        }
        "pages" => {
            let client = session.client(text("service")?, text("region")?)?;
            let mut pages = client.pages(text("operation")?, question["input"].clone());
            let mut all = Vec::new();
            while let Some(page) = pages.next().await {
                all.push(page?);
            }
            Ok(Value::Array(all))
        }
        other => Err(format!("unknown question: {other}").into()),
    }
}

fn operation(models: &Models, question: &Value) -> Result<OperationModel, Box<dyn Error>> {
    let service =
        question["service"].as_str().and_then(|name| models.service(name)).ok_or("no such service")?;
    let name = question["operation"].as_str().ok_or("operation is missing")?;
    Ok(service.operation(name).ok_or("no such operation")?)
}
