package io.liveline.k8s;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.liveline.bus.BusConfig;
import io.liveline.chat.ChatConfig;
import io.liveline.dashboard.DashboardConfig;
import io.liveline.edge.EdgeConfig;
import io.liveline.presence.PresenceConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Configuration keys of the services: from their own interfaces and from the documentation of Quarkus extensions. */
final class Configuration {

    private static final Set<Class<?>> OURS =
            Set.of(BusConfig.class, EdgeConfig.class, ChatConfig.class, DashboardConfig.class, PresenceConfig.class);

    private Configuration() {}

    /** Returns the names of environment variables for the services' own keys. */
    static Set<String> ourVariables() {
        Set<String> names = new HashSet<>();
        for (Class<?> mapping : OURS) {
            ConfigMappings.getProperties(ConfigClass.configClass(mapping))
                    .keySet()
                    .forEach(key -> names.add(variable(key)));
        }
        return names;
    }

    /**
     * Returns the names of environment variables that Quarkus extensions read at start-up; those that are read at build
     * time have no effect here. A part of a key that the user can choose appears as {@code *}.
     */
    static Set<String> variablesOfQuarkus() {
        Set<String> names = new HashSet<>();
        try {
            List<URL> models = Collections.list(Configuration.class
                    .getClassLoader()
                    .getResources("META-INF/quarkus-config-doc/quarkus-config-model.json"));
            for (URL model : models) {
                try (Reader reader = new InputStreamReader(model.openStream(), StandardCharsets.UTF_8)) {
                    collect(JsonParser.parseReader(reader), names);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** Reads the values with the services' own interfaces; fails if one is invalid. */
    static SmallRyeConfig read(Map<String, String> environment) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new EnvConfigSource(new TreeMap<>(environment), 300));
        OURS.forEach(builder::withMapping);
        return builder.build();
    }

    /** Returns how long a terminating replica drains its clients in this environment. */
    static int drainSeconds(Map<String, String> environment) {
        Map<String, String> drain = new TreeMap<>(environment);
        drain.keySet().retainAll(Set.of("LIVELINE_EDGE_DRAIN"));
        return (int) read(drain).getConfigMapping(EdgeConfig.class).drain().toSeconds();
    }

    /** Returns how many long-lived connections a replica of a service accepts in this environment. */
    static int connections(String service, Map<String, String> environment) {
        Map<String, String> limits = new TreeMap<>(environment);
        limits.keySet()
                .retainAll(Set.of(
                        "LIVELINE_CHAT_CONNECTIONS", "LIVELINE_DASHBOARD_STREAMS_MAX", "LIVELINE_PRESENCE_POLLS_MAX"));
        SmallRyeConfig config = read(limits);
        return switch (service) {
            case "chat" -> config.getConfigMapping(ChatConfig.class).connections();
            case "dashboard" ->
                config.getConfigMapping(DashboardConfig.class).streams().max();
            case "presence" ->
                config.getConfigMapping(PresenceConfig.class).polls().max();
            default -> throw new IllegalArgumentException(service);
        };
    }

    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase();
    }

    private static void collect(JsonElement tree, Set<String> names) {
        if (tree.isJsonArray()) {
            tree.getAsJsonArray().forEach(one -> collect(one, names));
        } else if (tree.isJsonObject()) {
            JsonObject object = tree.getAsJsonObject();
            JsonElement phase = object.get("phase");
            if (phase == null || phase.getAsString().equals("RUN_TIME")) {
                JsonElement variable = object.get("environmentVariable");
                if (variable != null) {
                    names.add(variable.getAsString().replaceAll("__[A-Z0-9_]+?__", "__*__"));
                }
                object.entrySet().forEach(entry -> collect(entry.getValue(), names));
            }
        }
    }
}
