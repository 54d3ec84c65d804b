export const SESSION_SECONDS = 24 * 60 * 60;
/** A session this old is renewed for another SESSION_SECONDS when it is next used. */
export const RENEW_AFTER_SECONDS = 12 * 60 * 60;

/** A session that was ended is refused everywhere within this time, and at once where it was ended. */
export const REVOKED_WITHIN_SECONDS = 5;

/** A cart is forgotten after this long without a visit; so is the cookie that names a guest's. */
export const CART_SECONDS = 30 * 24 * 60 * 60;
