package io.liveline.bus;

/** Rejection of a draft whose idempotency key was used before with a different content. Nothing was published. */
public final class KeyReusedException extends RuntimeException {

    public KeyReusedException() {
        super("The idempotency key was used before with a different content", null, false, false);
    }
}
