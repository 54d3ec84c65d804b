//! What JavaScript knows of a limiter on KV. It is read when a call needs KV, which most do not.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::sync::CounterSync;
use crate::error::Error;
use crate::host::kv::KvHandle;
use crate::host::report::Report;
use crate::kv::handle::Kv;
use crate::rate_limit::limit::OnUnavailable;

#[wasm_bindgen]
extern "C" {
    /// `KvLimiter` of `js/wasm/clients.d.ts`.
    pub type KvLimiter;
    #[wasm_bindgen(method, getter, structural)]
    fn kv(this: &KvLimiter) -> KvHandle;
    #[wasm_bindgen(method, getter, structural, js_name = limitMs)]
    fn limit_ms(this: &KvLimiter) -> f64;
    #[wasm_bindgen(method, getter, structural, js_name = onUnavailable)]
    fn on_unavailable(this: &KvLimiter) -> String;
    #[wasm_bindgen(method, getter, structural, js_name = flushLater)]
    fn flush_later(this: &KvLimiter) -> Option<Function>;
}

impl KvLimiter {
    /// The way to KV for one call.
    ///
    /// # Errors
    /// [`Error::UnknownOperation`] for an `onUnavailable` that is none.
    pub fn sync(&self, report: Report) -> Result<CounterSync, Error> {
        let on_unavailable = OnUnavailable::named(&self.on_unavailable());
        let on_unavailable = on_unavailable.ok_or(Error::UnknownOperation)?;
        Ok(self.sync_with(on_unavailable, report))
    }

    /// The same for a call that is about no decision: KV's failures reach its caller.
    pub fn strict_sync(&self, report: Report) -> CounterSync {
        self.sync_with(OnUnavailable::Throw, report)
    }

    fn sync_with(&self, on_unavailable: OnUnavailable, report: Report) -> CounterSync {
        CounterSync {
            kv: Kv::new(self.kv(), false, self.limit_ms()),
            on_unavailable,
            report,
        }
    }

    /// Asks for a flush of a counter in `ms`.
    pub fn promise_flush(&self, key: &str, ms: f64) {
        if let Some(flush_later) = self.flush_later() {
            // The function is ours and does not throw.
            let _ = flush_later.call2(&JsValue::UNDEFINED, &key.into(), &ms.into());
        }
    }
}
