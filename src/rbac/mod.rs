//! Role-based access control as Kubernetes does it: rules and what they amount to, who is granted them by which
//! bindings, and the authorizer that says who may do what.
//!
//! Pure and in memory. The snapshot holds one index of the live cluster; what is declared and what files say are
//! others of the same kind.

mod authorize;
mod binding;
mod bootstrap;
mod excess;
mod gathering;
mod grant;
mod grants;
mod links;
mod minimal;
mod path;
mod piece;
mod powers;
mod question;
mod reach;
mod request;
mod resources;
mod role;
mod shelf;
mod together;
mod touch;

pub use authorize::{Allowed, MASTERS};
pub use binding::{
    Binding, Bound, group, impersonated_groups, implied_groups, is_subject, is_unauthenticated,
    service_account, user,
};
pub use bootstrap::{Bootstrap, bootstrap};
pub use excess::{Excess, excess};
pub use grant::Grant;
pub use grants::Grants;
pub use path::Path;
pub use piece::TooLarge;
pub use powers::{Power, Powers, SECRET_READS, powers_of};
pub use question::{About, Misasked, Place, Question, Words};
pub use reach::Readers;
pub use request::{ALL, Request, Target, allows, allows_any};
pub use resources::{RESOURCES, Resource, Served, resolve, resolve_served};
pub use role::{Effective, Role, Rule};
pub use together::TOGETHER;

#[cfg(test)]
mod tests;
