package io.liveline.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.liveline.bus.BusMeters;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.Topic;
import org.jboss.logging.Logger;

/**
 * Decoder of the messages that {@code append.lua} publishes. Reads the version that this release publishes and the one
 * before; the events of all other messages have to be read from the log. Confined to the bus's event loop.
 */
final class BroadcastDecoder {

    private static final Logger LOG = Logger.getLogger(BroadcastDecoder.class);

    private final BusMeters meters;
    private boolean warnedOfNewer;
    private boolean warnedOfMalformed;

    BroadcastDecoder(BusMeters meters) {
        this.meters = meters;
    }

    /** Returns the events of a message; empty if they have to be read from the topic's log. */
    Optional<List<Event>> decode(Topic topic, byte[] message) {
        try {
            return Optional.of(new Broadcast(message).events());
        } catch (NewerVersionException newer) {
            meters.newerBroadcasts.increment();
            if (!warnedOfNewer) {
                warnedOfNewer = true;
                LOG.warnf(
                        "A newer release publishes on %s in version %d of the envelope, this one reads up to %d: events"
                                + " are read from the log, which costs Redis more. This is logged once",
                        topic.name(), newer.version, Broadcast.VERSION);
            }
        } catch (RuntimeException malformed) {
            meters.malformedBroadcasts.increment();
            if (!warnedOfMalformed) {
                warnedOfMalformed = true;
                LOG.warnf(
                        "Another program publishes on %s, in an unknown format: the log is read instead. This is logged"
                                + " once",
                        topic.name());
            }
        }
        return Optional.empty();
    }

    /**
     * Message for events that were appended together: the mark of its version, the length of each event's data in
     * bytes, separated by commas, a space, the first event's cursor, a space, the time of all events, a space, and the
     * data of all events. The mark of version 1 is empty, that of version 2 is {@code +}, and that of a later version
     * is {@code v}, its number and a space. Release 0.1.0-rc1 publishes version 1 and reads version 2 too, because it
     * parses the first length as a number that may have a sign.
     */
    private static final class Broadcast {

        /** Version that this release publishes. */
        private static final int VERSION = 2;

        private final byte[] message;
        private int at;

        Broadcast(byte[] message) {
            this.message = message;
        }

        /** @throws RuntimeException if the message has another format, or a newer version */
        List<Event> events() {
            checkVersion();
            String[] lengths = field().split(",");
            Cursor first = Cursor.parse(field());
            long timeMillis = Long.parseLong(field());
            List<Event> events = new ArrayList<>(lengths.length);
            for (String length : lengths) {
                String data = read(Integer.parseInt(length));
                events.add(new Event(first.at(first.offset() + events.size()), timeMillis, data));
            }
            if (at < message.length) {
                throw new IllegalArgumentException("trailing bytes after the last event");
            }
            return events;
        }

        private void checkVersion() {
            if (message[0] == '+') {
                at++;
            } else if (message[0] == 'v') {
                int version = Integer.parseInt(field().substring(1));
                if (version > VERSION) {
                    throw new NewerVersionException(version);
                }
                throw new IllegalArgumentException("version " + version + " has another mark");
            }
        }

        private String field() {
            int end = at;
            while (message[end] != ' ') {
                end++;
            }
            String field = read(end - at);
            at++;
            return field;
        }

        private String read(int length) {
            String text = new String(message, at, length, StandardCharsets.UTF_8);
            at += length;
            return text;
        }
    }

    /** Signal that a message has a newer version of the envelope. */
    private static final class NewerVersionException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final int version;

        NewerVersionException(int version) {
            super("version " + version, null, false, false);
            this.version = version;
        }
    }
}
