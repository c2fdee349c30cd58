package io.liveline.bus;

/**
 * Events that can no longer be delivered: those after {@code after}, up to and with {@code resume}. Delivery goes on
 * behind {@code resume}. Where the two differ in epoch the log was lost and has begun again.
 */
public record Gap(Cursor after, Cursor resume) {}
