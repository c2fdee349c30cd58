package io.liveline.bus;

/**
 * A range of events that can no longer be delivered. Delivery continues after {@code resume}. If the two cursors differ
 * in epoch, the log was lost and has started again.
 *
 * @param after last position before the gap
 * @param resume last position of the gap
 */
public record Gap(Cursor after, Cursor resume) {}
