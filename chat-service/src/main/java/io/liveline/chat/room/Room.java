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
 * Room on this replica: one subscription on the bus, whatever the number of members, and a {@link RoomShard} for each
 * event loop that has members.
 */
final class Room implements Listener {

    private final RoomName name;
    private final EventBus bus;
    private final RoomMembership membership;
    private final ChatConfig config;
    private final ChatMeters meters;
    private Subscription subscription;
    // All fields below are guarded by this: the bus's loop delivers lines, and the members' loops join.
    private final Map<EventLoop, RoomShard> shards = new IdentityHashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private Cursor position;
    private volatile BusState state;

    Room(RoomName name, EventBus bus, RoomMembership membership, ChatConfig config, ChatMeters meters) {
        this.name = name;
        this.bus = bus;
        this.membership = membership;
        this.config = config;
        this.meters = meters;
        this.state = bus.state();
    }

    /** Subscribes to the messages. */
    Room start() {
        subscription = bus.subscribe(name.messages(), this);
        return this;
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

    /** Returns the members as JSON. */
    String members() {
        return membership.members(name);
    }

    /** Returns a {@code members} frame for a member that missed earlier ones, or null if there is nothing to send. */
    String membersCatchUp() {
        return membership.membersCatchUp(name);
    }

    /** Delivers a change of the members, in order with the messages but without a cursor of its own. */
    synchronized void members(MemberList.Difference difference) {
        if (position != null) {
            offer(EncodedLine.members(position, ServerFrames.members(name, difference.joined(), difference.left())));
        }
    }

    /**
     * Passes the room's shard of an event loop to the consumer, on that loop, once the position of the room's log is
     * known.
     */
    synchronized void on(EventLoop loop, Consumer<RoomShard> consumer) {
        if (position == null) {
            waiting.add(() -> on(loop, consumer));
            return;
        }
        RoomShard shard = shards.computeIfAbsent(loop, l -> new RoomShard(this, l, position, config, meters));
        loop.execute(() -> consumer.accept(shard));
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
        shards.values().forEach(shard -> shard.state(now));
    }

    private synchronized void offer(EncodedLine line) {
        position = line.cursor();
        shards.values().forEach(shard -> shard.offer(line));
    }
}
