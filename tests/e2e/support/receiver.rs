//! Whoever Alertmanager tells: a webhook on loopback that remembers what it was told.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde::Deserialize;

/// One alert, as it was told.
#[derive(Debug, Deserialize)]
struct Told {
    /// `firing` or `resolved`.
    status: String,
    labels: BTreeMap<String, String>,
    /// The path that it came by, which tells the receivers of one configuration apart.
    #[serde(skip)]
    receiver: String,
}

#[derive(Deserialize)]
struct Notification {
    alerts: Vec<Told>,
}

/// It listens until the test program ends.
pub(crate) struct Receiver {
    url: String,
    told: Arc<Mutex<Vec<Told>>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let told = Arc::<Mutex<Vec<Told>>>::default();
        let sink = Arc::clone(&told);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // Whoever breaks off sends it again.
                let _ = listen(&connection, &sink);
            }
        });
        Self { url, told }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What was told of an alert, in order, as `RECEIVER: STATUS`. The same twice in a row is no news.
    pub(crate) fn history(&self, alertname: &str, resource_name: &str) -> Vec<String> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = told.iter().filter(|it| it.is(alertname, resource_name));
        let mut history: Vec<String> = of_it.map(|it| format!("{}: {}", it.receiver, it.status)).collect();
        history.dedup();
        history
    }
}

impl Told {
    /// Whether it is of that name and about that object; the name of an object is empty where it is about none.
    fn is(&self, alertname: &str, resource_name: &str) -> bool {
        let label = |name: &str| self.labels.get(name).map_or("", String::as_str);
        (label("alertname"), label("resource_name")) == (alertname, resource_name)
    }
}

/// Takes one notification. The answer ends the connection, so that the next one comes by another.
fn listen(connection: &TcpStream, told: &Mutex<Vec<Told>>) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let receiver = line.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let mut length = 0;
    while line != "\r\n" && !line.is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let notification: Notification = serde_json::from_slice(&body)?;
    let alerts = notification.alerts.into_iter().map(|alert| Told { receiver: receiver.clone(), ..alert });
    told.lock().unwrap_or_else(PoisonError::into_inner).extend(alerts);
    let mut writer = connection;
    writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}
