package io.liveline.bus;

/** The idempotency key was used before, for a draft with another content. Nothing was published. */
public final class KeyReusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public KeyReusedException() {
        super("The idempotency key was used before for another content", null, false, false);
    }
}
