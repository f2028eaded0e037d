use std::fs;
use std::path::Path;

use http::{Request, StatusCode};
use kube::client::Body;
use tempfile::TempDir;

use super::*;
use crate::demo::server::{Faults, Server};
use crate::demo::store::Store;

/// A server that takes but one token, and a client whose kubeconfig names a file with a token.
struct Rig {
    server: Server,
    client: kube::Client,
    folder: TempDir,
}

impl Rig {
    async fn start(user: &str) -> Self {
        let server = Server::start(Arc::new(Store::new(1))).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "first\n").unwrap();
        let client = connect(&settings(folder.path(), &server.url(), user)).await.unwrap();
        Self { server, client, folder }
    }

    fn accept(&self, token: &str) {
        self.server.set_faults(Faults { token: Some(token.to_owned()), ..Faults::default() });
    }

    async fn ask(&self) -> StatusCode {
        let request = Request::get("/version").body(Body::empty()).unwrap();
        self.client.send(request).await.unwrap().status()
    }
}

fn settings(folder: &Path, server: &str, user: &str) -> config::Kube {
    let kubeconfig = folder.join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{server}'}}}}]\n\
         users: [{{name: u, user: {user}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\n\
         current-context: x\n"
    );
    fs::write(&kubeconfig, text).unwrap();
    config::Kube { kubeconfig: Some(kubeconfig), context: None }
}

#[tokio::test]
async fn a_token_that_rotates_is_taken_up_with_the_next_request() {
    let rig = Rig::start("{tokenFile: token}").await;
    rig.accept("first");
    assert_eq!(rig.ask().await, StatusCode::OK);
    rig.accept("second");
    assert_eq!(rig.ask().await, StatusCode::UNAUTHORIZED);
    fs::write(rig.folder.path().join("token"), "second").unwrap();
    assert_eq!(rig.ask().await, StatusCode::OK);
    // What is there for a moment in the middle of a rotation, or not there, is no token.
    for remains in ["not\na token", ""] {
        fs::write(rig.folder.path().join("token"), remains).unwrap();
        assert_eq!(rig.ask().await, StatusCode::OK, "{remains:?}");
    }
    fs::remove_file(rig.folder.path().join("token")).unwrap();
    assert_eq!(rig.ask().await, StatusCode::OK);
}

#[tokio::test]
async fn a_token_in_the_kubeconfig_itself_goes_before_a_file() {
    let rig = Rig::start("{token: written, tokenFile: token}").await;
    rig.accept("written");
    assert_eq!(rig.ask().await, StatusCode::OK);
}

#[tokio::test]
async fn a_token_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path(), "http://127.0.0.1:1", "{tokenFile: token}");
    let Err(error) = connect(&settings).await else { panic!("there is no token") };
    let said = format!("{error:#}");
    assert!(said.starts_with("failed to use the token in ") && said.contains("/token: "), "{said}");
}
