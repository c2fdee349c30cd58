package io.liveline.chat.room;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.liveline.bus.BusState;
import io.liveline.bus.Cursor;
import io.liveline.bus.Event;
import io.liveline.bus.EventBus;
import io.liveline.bus.Gap;
import io.liveline.bus.Listener;
import io.liveline.bus.Page;
import io.liveline.bus.Subscription;
import io.liveline.chat.ChatConfig;
import io.liveline.chat.ChatMeters;
import io.liveline.chat.members.MemberList;
import io.liveline.chat.members.RoomMembership;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.edge.RoomName;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;

/**
 * A room on this replica: one subscription on the bus, whatever the number of members, and a {@link RoomShard} for each
 * event loop that has some.
 */
final class Room implements Listener {

    private final RoomName name;
    private final EventBus bus;
    private final RoomMembership connected;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final Subscription subscription;
    // All below is guarded by this: the bus's loop hands over lines, members' loops come in.
    private final Map<EventLoop, RoomShard> loops = new IdentityHashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private Cursor position;
    private volatile BusState state;

    Room(RoomName name, EventBus bus, RoomMembership connected, ChatConfig config, ChatMeters meters) {
        this.name = name;
        this.bus = bus;
        this.connected = connected;
        this.config = config;
        this.meters = meters;
        this.state = bus.state();
        this.subscription = bus.subscribe(name.messages(), this);
    }

    RoomName name() {
        return name;
    }

    BusState state() {
        return state;
    }

    Uni<Page> read(Cursor after, int limit) {
        return bus.read(name.messages(), after, limit);
    }

    /** Who is in it, as JSON. */
    String members() {
        return connected.members(name);
    }

    /** For a member that has missed some of what was told of coming and going; null when there is nothing to say. */
    String membersAgain() {
        return connected.membersAgain(name);
    }

    /** Tells who came and who left: in its place among the messages, and without one in the log. */
    synchronized void members(MemberList.Difference difference) {
        if (position != null) {
            offer(EncodedLine.members(position, ServerFrames.members(name, difference.joined(), difference.left())));
        }
    }

    /** Gives the room's part on an event loop, on that loop, as soon as it is known where the room's log stands. */
    synchronized void on(EventLoop loop, Consumer<RoomShard> then) {
        if (position == null) {
            waiting.add(() -> on(loop, then));
            return;
        }
        RoomShard part = loops.computeIfAbsent(loop, l -> new RoomShard(this, l, position, config, meters));
        loop.execute(() -> then.accept(part));
    }

    void close() {
        subscription.close();
    }

    @Override
    public synchronized void started(Cursor start) {
        position = start;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    @Override
    public void event(Event event) {
        offer(EncodedLine.of(event));
    }

    @Override
    public void gap(Gap gap) {
        offer(EncodedLine.of(name, gap));
    }

    @Override
    public synchronized void state(BusState now) {
        state = now;
        loops.values().forEach(part -> part.state(now));
    }

    private synchronized void offer(EncodedLine line) {
        position = line.cursor();
        loops.values().forEach(part -> part.offer(line));
    }
}
