package io.liveline.k8s;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.kubernetes.client.openapi.models.V1Deployment;

/** Check that a cluster accepts an object: fields are known, required ones are present, values have the right type. */
final class Schema {

    private static final String MODELS = V1Deployment.class.getPackageName();

    private static final Map<String, Class<?>> OF_EXTENSIONS = Map.of(
            "gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class,
            "monitoring.coreos.com/v1/PodMonitor", PodMonitor.class,
            "monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class);

    /** Fields of a ScaledObject in use, from its documentation: it has no model in Maven Central. */
    private static final Map<String, Set<String>> SCALED_OBJECT = Map.of(
            "", Set.of("apiVersion", "kind", "metadata", "spec"),
            "spec",
                    Set.of(
                            "scaleTargetRef",
                            "pollingInterval",
                            "cooldownPeriod",
                            "minReplicaCount",
                            "maxReplicaCount",
                            "advanced",
                            "triggers"),
            "scaleTargetRef", Set.of("apiVersion", "kind", "name"),
            "advanced", Set.of("restoreToOriginalReplicaCount", "horizontalPodAutoscalerConfig"),
            "horizontalPodAutoscalerConfig", Set.of("name", "behavior"),
            "triggers", Set.of("type", "name", "metadata", "metricType"));

    private static final Gson GSON = new Gson();
    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            // The models collect unknown fields; this check must reject them.
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private Schema() {}

    /** Returns the problem of an object, if it has one. */
    static Optional<String> problem(Thing thing) {
        String json = GSON.toJson(thing.value());
        String type = thing.text("apiVersion") + "/" + thing.kind();
        if (type.equals("keda.sh/v1alpha1/ScaledObject")) {
            return scaledObject(thing);
        }
        Class<?> extension = OF_EXTENSIONS.get(type);
        if (extension != null) {
            try {
                STRICT.readValue(json, extension);
                return Optional.empty();
            } catch (JsonProcessingException invalid) {
                return Optional.of(thing + ": " + invalid.getOriginalMessage());
            }
        }
        return ofKubernetes(thing, json);
    }

    private static Optional<String> ofKubernetes(Thing thing, String json) {
        try {
            Class<?> model = Class.forName(MODELS + "." + modelName(thing));
            JsonElement tree = JsonParser.parseString(json);
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, tree);
            // Only parsing detects values of a wrong type.
            model.getMethod("fromJson", String.class).invoke(null, json);
            return Optional.empty();
        } catch (InvocationTargetException invalid) {
            return Optional.of(thing + ": " + invalid.getCause().getMessage());
        } catch (ClassNotFoundException unknown) {
            return Optional.of(thing + ": unknown kind: " + thing.text("apiVersion") + " " + thing.kind());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the name of an object's model, such as V1Deployment for an apps/v1 Deployment. */
    private static String modelName(Thing thing) {
        String version = thing.text("apiVersion");
        version = version.substring(version.indexOf('/') + 1);
        return version.substring(0, 1).toUpperCase() + version.substring(1) + thing.kind();
    }

    private static Optional<String> scaledObject(Thing thing) {
        Thing spec = thing.at("spec");
        Map<String, Thing> parts = Map.of(
                "", thing,
                "spec", spec,
                "scaleTargetRef", spec.at("scaleTargetRef"),
                "advanced", spec.at("advanced"),
                "horizontalPodAutoscalerConfig", spec.at("advanced", "horizontalPodAutoscalerConfig"));
        for (Map.Entry<String, Thing> part : parts.entrySet()) {
            for (String key : part.getValue().map().keySet()) {
                if (!SCALED_OBJECT.get(part.getKey()).contains(key)) {
                    return Optional.of(thing + ": unknown field " + key);
                }
            }
        }
        for (Thing trigger : spec.each("triggers")) {
            if (!SCALED_OBJECT.get("triggers").containsAll(trigger.map().keySet())
                    || !trigger.at("type").isThere()
                    || trigger.map("metadata").values().stream().anyMatch(value -> !(value instanceof String))) {
                return Optional.of(thing + ": bad trigger " + trigger);
            }
        }
        return spec.at("scaleTargetRef", "name").isThere()
                        && !spec.each("triggers").isEmpty()
                ? Optional.empty()
                : Optional.of(thing + ": no target or no trigger");
    }
}
