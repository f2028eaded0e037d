//! What is declared of workloads: `spec.workloads`.

use super::field::{Table, optional};
use super::reader::{Reader, Value};

/// `spec.workloads`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Workloads {
    pub images: Images,
    /// `naked: forbid`: pods without a controller are deviations.
    pub forbid_naked: bool,
}

/// `spec.workloads.images`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Images {
    /// The beginnings of the images that may run. None asks nothing.
    pub registries: Option<Vec<String>>,
    /// `digest: required`: images are named by their digest.
    pub require_digest: bool,
}

pub(super) static TABLE: Table = Table {
    path: "spec.workloads",
    fields: &[
        optional("images", "a mapping such as {digest: required}", "What is asked of images."),
        optional("naked", "forbid", "Pods without a controller are deviations."),
    ],
};

pub(super) static IMAGES: Table = Table {
    path: "spec.workloads.images",
    fields: &[
        optional(
            "registries",
            "a list of registries",
            "Images begin with one of these, as in `registry.example.com/`.",
        ),
        optional("digest", "required", "Images are named by their digest."),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Workloads> {
    let fields = value.fields(reader, &TABLE)?;
    let images = fields.get("images");
    let naked = fields.get("naked");
    Some(Workloads {
        images: images.and_then(|it| read_images(&it, reader)).unwrap_or_default(),
        forbid_naked: naked.and_then(|it| it.word(reader, &["forbid"])).is_some(),
    })
}

fn read_images(value: &Value<'_>, reader: &mut Reader) -> Option<Images> {
    let fields = value.fields(reader, &IMAGES)?;
    let registries = fields.get("registries");
    let digest = fields.get("digest");
    Some(Images {
        registries: registries.and_then(|it| it.texts(reader, "a registry such as registry.example.com/")),
        require_digest: digest.and_then(|it| it.word(reader, &["required"])).is_some(),
    })
}
