//! A cluster with roles and bindings of every form.

use futures::{StreamExt, stream};
use plimsoll::model::Kind;
use serde_json::Value;

use super::objects::{NAMESPACES, objects};
use super::reviews::{AT_ONCE, Reviews};
use super::settled::wait_until_settled;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::generated::Draw;
use crate::support::web;

/// Makes the namespaces, draws roles and bindings, creates one in so many of them, and waits until the authorizer knows
/// these. Gives how many they are, and how many of them the API server did not take.
pub(crate) fn furnish(plane: &ControlPlane, draw: &mut Draw, one_in: usize) -> (usize, usize) {
    for namespace in NAMESPACES {
        Namespace::create(plane, namespace);
    }
    let drawn: Vec<_> = objects(draw).into_iter().step_by(one_in).collect();
    let refused = web::runtime().block_on(create(plane, &drawn));
    wait_until_settled(plane, NAMESPACES[0]);
    (drawn.len(), refused)
}

/// Creates all that the API server takes, and gives how many it does not.
async fn create(plane: &ControlPlane, drawn: &[(Kind, Value)]) -> usize {
    let server = Reviews::new(plane).await;
    let created = stream::iter(drawn).map(|(kind, object)| server.create(*kind, object));
    created.buffer_unordered(AT_ONCE).filter(|created| std::future::ready(created.is_err())).count().await
}
