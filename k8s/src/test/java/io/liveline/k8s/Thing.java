package io.liveline.k8s;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Node of a manifest: a whole object or a value inside one. */
record Thing(Object value) {

    /** Returns the node at this path of keys and indexes; its value is null if there is none. */
    Thing at(Object... path) {
        Object here = value;
        for (Object step : path) {
            if (here instanceof Map<?, ?> map) {
                here = map.get(step);
            } else if (here instanceof List<?> list && step instanceof Integer index && index < list.size()) {
                here = list.get(index);
            } else {
                return new Thing(null);
            }
        }
        return new Thing(here);
    }

    boolean isThere() {
        return value != null;
    }

    String text() {
        return value == null ? null : value.toString();
    }

    String text(Object... path) {
        return at(path).text();
    }

    int number() {
        return Integer.parseInt(text());
    }

    /** Returns the elements of a list; empty if the value is not a list. */
    List<Thing> each() {
        return value instanceof List<?> list ? list.stream().map(Thing::new).toList() : List.of();
    }

    List<Thing> each(Object... path) {
        return at(path).each();
    }

    /** Returns the entries of a map, such as labels; empty if the value is not a map. */
    @SuppressWarnings("unchecked")
    Map<String, Object> map() {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    Map<String, Object> map(Object... path) {
        return at(path).map();
    }

    String kind() {
        return text("kind");
    }

    String name() {
        return text("metadata", "name");
    }

    Map<String, Object> labels() {
        return map("metadata", "labels");
    }

    boolean is(String kind, String name) {
        return kind.equals(kind()) && name.equals(name());
    }

    boolean isWorkload() {
        return Stream.of("Deployment", "StatefulSet").anyMatch(kind -> kind.equals(kind()));
    }

    /** Returns all containers of a workload, including init containers. */
    List<Thing> containers() {
        Thing pod = at("spec", "template", "spec");
        return Stream.concat(pod.each("initContainers").stream(), pod.each("containers").stream())
                .toList();
    }

    @Override
    public String toString() {
        return kind() == null ? String.valueOf(value) : kind() + "/" + name();
    }
}
