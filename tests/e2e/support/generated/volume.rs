//! Volumes of every source that there is.

use serde_json::{Value, json};

use super::Draw;

pub(super) fn draw(draw: &mut Draw, number: usize) -> Value {
    let mut volume = draw.field(&restricted(), &others());
    volume["name"] = json!(format!("volume-{number}"));
    volume
}

/// Those that the restricted standard allows. One without a source is an `emptyDir`.
fn restricted() -> [Value; 11] {
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    [
        json!({}),
        json!({"emptyDir": null}),
        json!({"emptyDir": {}}),
        json!({"configMap": {"name": "settings"}}),
        json!({"csi": {"driver": "csi.example.com"}}),
        json!({"downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]}}),
        json!({"ephemeral": {"volumeClaimTemplate": {"spec": claim}}}),
        json!({"image": {"reference": "registry.example.com/data:1.0"}}),
        json!({"persistentVolumeClaim": {"claimName": "data"}}),
        json!({"projected": {"sources": [{"configMap": {"name": "settings"}}]}}),
        json!({"secret": {"secretName": "credentials"}}),
    ]
}

fn others() -> [Value; 21] {
    [
        json!({"hostPath": {"path": "/var/log"}}),
        json!({"awsElasticBlockStore": {"volumeID": "v"}}),
        json!({"azureDisk": {"diskName": "d", "diskURI": "https://example.com/d.vhd"}}),
        json!({"azureFile": {"secretName": "s", "shareName": "s"}}),
        json!({"cephfs": {"monitors": ["192.0.2.1:6789"]}}),
        json!({"cinder": {"volumeID": "v"}}),
        json!({"fc": {"targetWWNs": ["50060e801049cfd1"], "lun": 0}}),
        json!({"flexVolume": {"driver": "example.com/driver"}}),
        json!({"flocker": {"datasetName": "d"}}),
        json!({"gcePersistentDisk": {"pdName": "d"}}),
        json!({"gitRepo": {"repository": "https://example.com/r.git"}}),
        json!({"glusterfs": {"endpoints": "e", "path": "p"}}),
        json!({"iscsi": {"targetPortal": "192.0.2.1:3260", "iqn": "iqn.2001-04.com.example:storage", "lun": 0}}),
        json!({"nfs": {"server": "192.0.2.1", "path": "/exports"}}),
        json!({"photonPersistentDisk": {"pdID": "d"}}),
        json!({"portworxVolume": {"volumeID": "v"}}),
        json!({"quobyte": {"registry": "192.0.2.1:7861", "volume": "v"}}),
        json!({"rbd": {"monitors": ["192.0.2.1:6789"], "image": "i"}}),
        json!({"scaleIO": {"gateway": "https://192.0.2.1", "system": "s", "secretRef": {"name": "s"}, "volumeName": "v"}}),
        json!({"storageos": {"volumeName": "v"}}),
        json!({"vsphereVolume": {"volumePath": "[datastore] v.vmdk"}}),
    ]
}
