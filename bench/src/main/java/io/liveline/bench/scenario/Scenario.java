package io.liveline.bench.scenario;

import io.liveline.bench.server.Servers;
import io.liveline.bench.server.Target;
import io.liveline.bench.util.Options;
import io.vertx.core.json.JsonObject;

/** Scenario of the benchmark: starts its servers, and returns its figures. */
@FunctionalInterface
public interface Scenario {

    JsonObject run(Target target, Servers servers, Options options);
}
