package io.liveline.bench.measure;

import java.util.List;

import io.liveline.bench.net.GeneratorLoop;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.liveline.bench.util.Pause;
import io.liveline.bench.util.Tally;
import io.vertx.core.json.JsonObject;

/** Period of a measurement, in which deliveries are counted and CPU time is measured. */
public final class Window {

    private static final int SETTLED_SECONDS = 2;
    private static final double SETTLED_SHARE = 0.02;

    private final GeneratorLoop net;
    private final Tally tally;
    private final List<Long> pids;
    private Usage server;
    private Usage compiling;
    private Usage own;
    private long began;

    public Window(GeneratorLoop net, Tally tally, List<Long> pids) {
        this.net = net;
        this.tally = tally;
        this.pids = pids;
    }

    /** Warms up and measures, each for the time in the options. */
    public JsonObject measure(Target target, Options options) {
        warmUp(target, options);
        return measure(options.number("seconds", 10));
    }

    public void warmUp(Target target, Options options) {
        Pause.seconds(options.number("warm-up", target.warmUpSeconds()));
        settle(target, options);
    }

    /** Waits until the compilers of a JVM are nearly idle, for a limited time. */
    public void settle(Target target, Options options) {
        int seconds = target.isJvm() ? options.number("settle", 40) : 0;
        for (int waited = 0; waited < seconds; waited += SETTLED_SECONDS) {
            Usage compiled = Usage.compiling(pids);
            Usage all = Usage.of(pids);
            Pause.seconds(SETTLED_SECONDS);
            long compiling = Usage.compiling(pids).minus(compiled).micros();
            if (compiling <= SETTLED_SHARE * Usage.of(pids).minus(all).micros()) {
                return;
            }
        }
    }

    /** Measures the current load for a given time. */
    public JsonObject measure(double seconds) {
        return during(() -> Pause.seconds(seconds));
    }

    /** Measures while an action runs. */
    public JsonObject during(Runnable action) {
        // Both ends run on the event loop, so that counts and times cover the same period.
        net.on(() -> {
            tally.reset();
            server = Usage.of(pids);
            compiling = Usage.compiling(pids);
            own = Usage.own();
            began = System.nanoTime();
            return null;
        });
        action.run();
        return net.on(this::end);
    }

    private JsonObject end() {
        double took = (System.nanoTime() - began) / 1e9;
        Usage used = Usage.of(pids).minus(server);
        Usage ownUsed = Usage.own().minus(own);
        JsonObject figures = tally.json(took).put("seconds", took);
        double compiled = Usage.compiling(pids).minus(compiling).micros();
        figures.put("compiler_share", used.micros() == 0 ? 0 : compiled / used.micros());
        return figures.put("server_cpu", cpu(used, took)).put("generator_cpu", cpu(ownUsed, took));
    }

    private JsonObject cpu(Usage used, double took) {
        JsonObject cpu = new JsonObject()
                .put("cores", used.micros() / 1e6 / took)
                .put("user_s", used.userMicros() / 1e6)
                .put("sys_s", used.sysMicros() / 1e6);
        if (tally.deliveries > 0) {
            cpu.put("us_per_delivery", (double) used.micros() / tally.deliveries)
                    .put("user_us_per_delivery", (double) used.userMicros() / tally.deliveries)
                    .put("sys_us_per_delivery", (double) used.sysMicros() / tally.deliveries);
        }
        return cpu;
    }
}
