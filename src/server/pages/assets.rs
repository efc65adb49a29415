//! The style, the script and the icon of the pages. The path of each has the hash of what is in it, so a browser keeps it for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::wire::hex::to_hex;

pub(super) struct Asset {
    pub(super) path: String,
    content_type: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(ending: &str, content_type: &'static str, text: &'static str) -> Self {
        let hash = to_hex(&Sha256::digest(text)[..8]);
        Self { path: format!("/assets/{hash}.{ending}"), content_type, text }
    }
}

pub(super) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("assets/style.css")));
pub(super) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_str!("assets/script.js")));
pub(super) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("assets/icon.svg")));

/// They are the same for everybody, and tell nothing of the book.
pub(super) fn router() -> Router {
    let mut router = Router::new();
    for asset in [&STYLE, &SCRIPT, &ICON] {
        let headers = [
            (CONTENT_TYPE, asset.content_type),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        router = router.route(&asset.path, get(move || async move { (headers, asset.text) }));
    }
    router
}
