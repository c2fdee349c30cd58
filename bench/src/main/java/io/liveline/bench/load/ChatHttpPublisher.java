package io.liveline.bench.load;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

import io.liveline.bench.net.ByteScanner;
import io.liveline.bench.net.HttpConnection;
import io.netty.channel.Channel;

/**
 * Publisher over HTTP. Messages that are posted during a request go with the next one, and rejected ones are repeated.
 */
public final class ChatHttpPublisher extends HttpConnection implements Publisher {

    private static final int AGAIN_MILLIS = 50;

    private final ChatRoom room;
    private final Runnable whenJoined;
    private final Queue<String> waiting = new ArrayDeque<>();
    private String underWay = "";

    public ChatHttpPublisher(ChatRoom room, Runnable whenJoined) {
        super(room.tally);
        this.room = room;
        this.whenJoined = whenJoined;
    }

    @Override
    public void connected() {
        whenJoined.run();
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public void send(byte[] line) {
        waiting.add(ByteScanner.text(line));
        if (underWay.isEmpty()) {
            // Runs after all posts of this iteration of the event loop.
            underWay = "soon";
            channel.eventLoop().execute(this::next);
        }
    }

    @Override
    public void answered(int status, byte[] bytes, int head, int from, int to) {
        if (status >= 500) {
            room.tally.refused++;
            channel.eventLoop().schedule(this::sendPending, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        } else if (status == 201) {
            next();
        } else {
            throw new IllegalStateException("status " + status + ": " + new String(bytes, from, to - from));
        }
    }

    private void next() {
        underWay = String.join("\n", waiting);
        waiting.clear();
        if (!underWay.isEmpty()) {
            sendPending();
        }
    }

    private void sendPending() {
        say(request("POST", "/room/" + room.name, "", underWay));
    }
}
