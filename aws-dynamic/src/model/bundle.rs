//! The packed models: a table of contents, and one compressed JSON text per service.

use std::{
    collections::BTreeMap,
    fmt,
    io::Read as _,
    sync::{LazyLock, Mutex, PoisonError},
};

use serde::Deserialize;

use super::{
    raw::RawService,
    service::{ServiceModel, iam_prefix},
};

/// How much of a model is unpacked at a time to read its head, in bytes.
const HEAD: u64 = 512;
const MAGIC: &[u8] = b"AWSMODL1";
static BUILTIN: &[u8] = include_bytes!("../../models/bundle.bin");

/// The models of many services; each is unpacked when it is first asked for, and stays.
pub struct Models {
    packed: BTreeMap<&'static str, Packed>,
    read: Mutex<BTreeMap<&'static str, &'static ServiceModel>>,
    namespaces: Mutex<BTreeMap<&'static str, [&'static str; 2]>>,
}

struct Packed {
    size: usize,
    data: &'static [u8],
}

impl Models {
    /// Returns the models that are packed into this crate.
    pub fn builtin() -> &'static Self {
        static MODELS: LazyLock<Models> =
            LazyLock::new(|| Models::open(BUILTIN).expect("the packed models are generated and tested"));
        &MODELS
    }

    /// Opens packed models.
    ///
    /// # Errors
    /// Says what is wrong if `bundle` is not one that `cargo xtask models` wrote.
    pub fn open(bundle: &'static [u8]) -> Result<Self, String> {
        let mut rest = bundle.strip_prefix(MAGIC).ok_or("not a bundle of models")?;
        let mut packed = BTreeMap::new();
        let count = u32::from_le_bytes(take(&mut rest)?);
        for _ in 0..count {
            let length = u16::from_le_bytes(take(&mut rest)?);
            let name =
                std::str::from_utf8(slice(&mut rest, length.into())?).map_err(|error| error.to_string())?;
            let size = u32::from_le_bytes(take(&mut rest)?);
            let length = u32::from_le_bytes(take(&mut rest)?);
            packed.insert(name, Packed { size: size as usize, data: slice(&mut rest, length as usize)? });
        }
        Ok(Self { packed, read: Mutex::default(), namespaces: Mutex::default() })
    }

    /// Returns the names of all services, sorted, as botocore spells them.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        self.packed.keys().copied()
    }

    /// Returns the model of `service`, if there is one.
    pub fn service(&self, service: &str) -> Option<&'static ServiceModel> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = read.get(service) {
            return Some(model);
        }
        let (name, packed) = self.packed.get_key_value(service)?;
        let model = ServiceModel::new(name, unpack(packed).expect("a test reads every packed model"));
        // Schemas borrow from the model and live in statics of the runtime crates: models are never dropped.
        let model: &'static ServiceModel = Box::leak(Box::new(model));
        read.insert(name, model);
        Some(model)
    }

    /// Returns the names by which ARNs and IAM actions may call `service`, without unpacking its model.
    ///
    /// The first is what requests are signed for, the second what IAM actions begin with; often they are the same.
    pub fn namespaces(&self, service: &str) -> Option<[&'static str; 2]> {
        let (name, packed) = self.packed.get_key_value(service)?;
        let mut known = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner);
        let namespaces = known.entry(name).or_insert_with(|| {
            let signing_name = signing_name(packed).expect("a test reads every packed model");
            let signing_name: &'static str = Box::leak(signing_name.into_boxed_str());
            [signing_name, iam_prefix(name).unwrap_or(signing_name)]
        });
        Some(*namespaces)
    }
}

/// Reads no more of a model than its head, with which every packed text begins.
fn signing_name(packed: &Packed) -> Result<String, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        signing_name: String,
    }
    let mut source = flate2::read::ZlibDecoder::new(packed.data);
    let mut text = Vec::new();
    loop {
        let read = source.by_ref().take(HEAD).read_to_end(&mut text).map_err(|error| error.to_string())?;
        let head = text.strip_prefix(br#"{"metadata":"#).ok_or("it does not begin with its metadata")?;
        // What follows the head, or a head that is cut off, is none of its business.
        match serde_json::Deserializer::from_slice(head).into_iter::<Head>().next() {
            Some(Ok(head)) => return Ok(head.signing_name),
            Some(Err(error)) if read == 0 || !error.is_eof() => return Err(error.to_string()),
            _ => {}
        }
    }
}

fn unpack(packed: &Packed) -> Result<RawService, String> {
    let mut text = String::with_capacity(packed.size);
    flate2::read::ZlibDecoder::new(packed.data)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    serde_json::from_str(Box::leak(text.into_boxed_str())).map_err(|error| error.to_string())
}

fn slice(rest: &mut &'static [u8], length: usize) -> Result<&'static [u8], String> {
    let (head, tail) = rest.split_at_checked(length).ok_or("the bundle is cut short")?;
    *rest = tail;
    Ok(head)
}

fn take<const N: usize>(rest: &mut &'static [u8]) -> Result<[u8; N], String> {
    slice(rest, N)?.try_into().map_err(|_| "the bundle is cut short".to_owned())
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("services", &self.packed.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_readable_and_speaks_a_known_protocol() {
        for name in Models::builtin().services() {
            let service = Models::builtin().service(name).expect("listed");
            let namespaces = [service.signing_name(), service.iam_prefix()];
            assert_eq!(Models::builtin().namespaces(name), Some(namespaces), "{name}");
            assert!(service.protocol().is_some(), "{name}");
            assert!(service.operations().next().is_some(), "{name}");
            assert!(service.shapes().all(|shape| service.raw_shape(shape).is_some()), "{name}");
        }
    }

    #[test]
    fn a_broken_bundle_is_refused() {
        assert!(Models::open(b"nonsense").is_err());
        assert!(Models::open(b"AWSMODL1\x01\0\0\0\x05\0ab").is_err());
    }
}
