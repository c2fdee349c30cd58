package io.liveline.chat;

import jakarta.inject.Singleton;

import io.liveline.bus.EventBus;
import io.liveline.edge.limit.ConcurrencyLimit;
import io.liveline.edge.longlived.fastpath.PollFastPath;

/** What the connections of this replica have in common. */
@Singleton
final class Replica {

    private final Rooms rooms;
    private final EventBus bus;
    private final Revisions revisions;
    private final Activity activity;
    private final Loops loops;
    private final ConcurrencyLimit places;
    private final ChatConfig config;
    private final ChatMeters meters;
    private final PollFastPath polls;

    Replica(
            Rooms rooms,
            EventBus bus,
            Revisions revisions,
            Activity activity,
            Loops loops,
            ChatConfig config,
            ChatMeters meters,
            PollFastPath polls) {
        this.rooms = rooms;
        this.bus = bus;
        this.revisions = revisions;
        this.activity = activity;
        this.loops = loops;
        this.config = config;
        this.meters = meters;
        this.polls = polls;
        ChatConfig.Held held = config.held();
        this.places = new ConcurrencyLimit(held.most(), held.mostAPerson(), held.retry(), held.retrySpread());
        for (Transport transport : Transport.values()) {
            meters.connections(transport, () -> activity.connections(transport));
        }
    }

    Rooms rooms() {
        return rooms;
    }

    EventBus bus() {
        return bus;
    }

    Revisions revisions() {
        return revisions;
    }

    Activity activity() {
        return activity;
    }

    /** What each event loop looks after. */
    Loops loops() {
        return loops;
    }

    /** Where requests may be held open: SSE streams, and polls that wait. */
    ConcurrencyLimit places() {
        return places;
    }

    /** Where polls that wait are answered. */
    PollFastPath polls() {
        return polls;
    }

    ChatConfig config() {
        return config;
    }

    ChatMeters meters() {
        return meters;
    }
}
