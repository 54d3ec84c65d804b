/** A session this old is renewed for its whole life when it is next used. */
export const RENEW_AFTER_SECONDS = 12 * 60 * 60;

/** A cart is forgotten after this long without a visit; so is the cookie that names a guest's. */
export const CART_SECONDS = 30 * 24 * 60 * 60;

/** And a new one after this long, unless it is asked for a second time. */
export const NEW_CART_SECONDS = 60 * 60;
