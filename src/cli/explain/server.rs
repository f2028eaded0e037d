//! A deviation that the running daemon is asked for.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty, Limited};
use serde::Deserialize;

use super::deviation::Told;
use super::digits::Digits;
use super::reach::{Https, Reach};
use crate::cli::runtime;

/// How long the daemon may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 8 << 20;

#[derive(Deserialize)]
struct Page {
    deviations: Vec<Told>,
}

/// The deviation whose id begins with the digits, as the daemon knows it, which listens at the address unless another
/// URL is given.
pub(super) fn find(reach: &Reach, listen: SocketAddr, digits: &Digits) -> anyhow::Result<Told> {
    let server = reach.server(listen)?;
    let runtime = runtime::start()?;
    let found = runtime.block_on(ask(reach, &server, digits));
    runtime::end(runtime);
    digits.only(found.with_context(|| format!("failed to ask the daemon at {server}"))?)
}

/// At most two deviations with such ids: those that stand go before those lately resolved.
async fn ask(reach: &Reach, server: &str, digits: &Digits) -> anyhow::Result<Vec<Told>> {
    let client = reach.client(server)?;
    let after = digits.before().map(|id| format!("&after={id}")).unwrap_or_default();
    for state in ["standing", "resolved"] {
        // Pages are in the order of ids, so that those meant come first.
        let url = format!("{server}/api/v1/deviations?state={state}&limit=2{after}");
        let answer = get(&client, reach.request(&url)?).await?;
        let mut page: Page = serde_json::from_slice(&answer).context("its answer is no such page")?;
        page.deviations.retain(|it| digits.begin(&it.id));
        if !page.deviations.is_empty() {
            return Ok(page.deviations);
        }
    }
    Ok(Vec::new())
}

async fn get(client: &Https, request: Request<Empty<Bytes>>) -> anyhow::Result<Bytes> {
    let exchange = async {
        let answer = client.request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body =
            body.map_err(|error| anyhow::anyhow!(error)).context("failed to read its answer")?.to_bytes();
        if !status.is_success() {
            bail!("it answered {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    };
    let late = || format!("it did not answer within {} s", ANSWER_MAX.as_secs());
    tokio::time::timeout(ANSWER_MAX, exchange).await.with_context(late)?
}
