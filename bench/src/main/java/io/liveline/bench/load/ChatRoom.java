package io.liveline.bench.load;

import io.liveline.bench.server.Target;
import io.liveline.bench.util.Tally;
import io.netty.channel.EventLoop;

/**
 * Room in the generator: one publisher, so that order can be checked, and the number of members that have yet to
 * receive each message. Confined to the event loop.
 */
public final class ChatRoom {

    private static final int KEPT = 1 << 12;

    final String name;
    public final Tally tally;
    private final Target target;
    private final int textBytes;
    private final int depth;
    private final int[] remaining = new int[KEPT];
    public int members;
    public Publisher publisher;
    private long next;
    private int inFlight;
    private boolean running;
    private boolean flushing;
    /** Switch that puts the texts of messages into their data. */
    boolean asData;

    /** @param depth number of messages in flight in a closed loop */
    public ChatRoom(String name, Target target, int textBytes, int depth, Tally tally) {
        this.name = name;
        this.target = target;
        this.textBytes = textBytes;
        this.depth = depth;
        this.tally = tally;
    }

    int textBytes() {
        return textBytes;
    }

    /** Starts a closed loop: posts another message when all members have received one. */
    void run() {
        running = true;
        while (inFlight < depth) {
            post(System.nanoTime());
        }
    }

    void stop() {
        running = false;
    }

    /** Returns the number of posted messages: the numbers of all are less than this. */
    long sent() {
        return next;
    }

    public int inFlight() {
        return inFlight;
    }

    /** Posts one message, whose latency counts from the given time. */
    public void post(long nanos) {
        if (inFlight == KEPT) {
            throw new IllegalStateException("the server is " + KEPT + " messages behind in " + name);
        }
        inFlight++;
        remaining[(int) next & KEPT - 1] = members;
        publisher.send(Payload.post(target, name, next++, nanos, textBytes, asData));
        flushSoon();
    }

    /** Records that a member received a message, or never will. */
    public void got(long sequence) {
        if (--remaining[(int) sequence & KEPT - 1] == 0) {
            inFlight--;
            if (running) {
                post(System.nanoTime());
            }
        }
    }

    /** Records that a member receives no messages from this one on. */
    public void left(long expected) {
        members--;
        for (long sequence = expected; sequence < next; sequence++) {
            got(sequence);
        }
    }

    /** Flushes all posts of an iteration of the event loop with one write. */
    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            EventLoop loop = publisher.channel().eventLoop();
            loop.execute(() -> {
                flushing = false;
                publisher.channel().flush();
            });
        }
    }
}
