//! A played AWS with two queues: just enough to have something to list and to delete, in every protocol.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A service on a port of its own.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    queues: Vec<String>,
    /// What arrived: `DeleteQueue`, `GET /b?versions`.
    seen: Vec<String>,
    /// Whether connections are closed after each answer, without a word about it.
    is_curt: bool,
}

impl Cloud {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let queues = ["q-0", "q-1"].map(|name| format!("{url}/000000000000/{name}")).to_vec();
        let state = Arc::new(Mutex::new(State { queues, ..State::default() }));
        let cloud = Self { url, state };
        let served = cloud.clone();
        // The thread ends with the process: tests are short.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let cloud = served.clone();
                std::thread::spawn(move || cloud.serve(stream));
            }
        });
        cloud
    }

    pub(crate) fn curt(self) -> Self {
        self.state.lock().expect("no test panics here").is_curt = true;
        self
    }

    pub(crate) fn queue(&self, number: usize) -> String {
        format!("{}/000000000000/q-{number}", self.url)
    }

    pub(crate) fn queues(&self) -> usize {
        self.state.lock().expect("no test panics here").queues.len()
    }

    /// How often an operation arrived.
    pub(crate) fn count(&self, operation: &str) -> usize {
        let state = self.state.lock().expect("no test panics here");
        state.seen.iter().filter(|seen| *seen == operation).count()
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
        while let Some((operation, body)) = read(&mut reader) {
            let (status, kind, body) = self.answer(&operation, &body);
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            if stream.write_all((head + &body).as_bytes()).is_err() || self.is_curt() {
                return;
            }
        }
    }

    fn is_curt(&self) -> bool {
        self.state.lock().expect("no test panics here").is_curt
    }

    fn answer(&self, operation: &str, body: &str) -> (u16, &'static str, String) {
        let mut state = self.state.lock().expect("no test panics here");
        state.seen.push(operation.to_owned());
        let json = |value: Value| (200, "application/x-amz-json-1.0", value.to_string());
        let xml = |text: &str| (200, "text/xml", text.to_owned());
        match operation {
            "ListQueues" => json(json!({ "QueueUrls": state.queues })),
            "DeleteQueue" => {
                let given: Value = serde_json::from_str(body).expect("JSON");
                let before = state.queues.len();
                state.queues.retain(|url| given["QueueUrl"] != url.as_str());
                if state.queues.len() < before {
                    return json(json!({}));
                }
                let error =
                    json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No such queue." });
                (400, "application/x-amz-json-1.0", error.to_string())
            }
            "ListAccountAliases" => xml(
                "<ListAccountAliasesResponse><ListAccountAliasesResult><AccountAliases><member>alias</member></AccountAliases>\
                 <IsTruncated>false</IsTruncated></ListAccountAliasesResult></ListAccountAliasesResponse>",
            ),
            "DescribeRegions" => xml(
                "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item></regionInfo>\
                 </DescribeRegionsResponse>",
            ),
            "GET /2015-03-31/functions" => json(json!({ "Functions": [{ "FunctionName": "f" }] })),
            "GET /2013-04-01/hostedzone" => xml(
                "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id><Name>n.</Name>\
                 <CallerReference>c</CallerReference></HostedZone></HostedZones><IsTruncated>false</IsTruncated>\
                 <MaxItems>100</MaxItems><Marker></Marker></ListHostedZonesResponse>",
            ),
            "GET /" => xml(
                "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets></ListAllMyBucketsResult>",
            ),
            _ if operation.contains("versions") => {
                xml("<ListVersionsResult><Name>b</Name></ListVersionsResult>")
            }
            _ => (200, "text/plain", String::new()),
        }
    }
}

/// Reads one request: its operation (without `x-id`, which only repeats it) and its body.
fn read(reader: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut operation) = (0, None);
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().expect("a length"),
            "x-amz-target" => operation = value.rsplit('.').next().map(str::to_owned),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).expect("text");
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned);
    let target = target.split("?x-id=").next().unwrap_or_default().trim_end_matches('/').to_owned();
    let target = if target.is_empty() { "/".to_owned() } else { target };
    Some((operation.or(action).unwrap_or_else(|| format!("{method} {target}")), body))
}
