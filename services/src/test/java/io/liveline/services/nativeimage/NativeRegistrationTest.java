package io.liveline.services.nativeimage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.ws.rs.HttpMethod;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Test that finds what a native executable would lack, without building one. An executable knows only the types, files
 * and constants that are registered. Quarkus registers the types in signatures of resource methods, and the files of
 * the page.
 */
class NativeRegistrationTest {

    private static final List<String> MODULES =
            List.of("event-bus", "edge", "chat-service", "dashboard-service", "presence-service");
    private static final String OURS = "io.liveline.";

    /** Flags of the JVM about its end and its limits, without values, with the build argument that says the same. */
    private static final Map<String, String> COUNTERPARTS = Map.of(
            "-XX:+ExitOnOutOfMemoryError", "-R:+ExitOnOutOfMemoryError",
            "-XX:MaxRAMPercentage", "-R:MaximumHeapSizePercent=",
            "-XX:+UseSerialGC", "--gc=serial");

    /**
     * Flags about something else: how early the JVM collects and returns memory within its limit, which an executable
     * does in its own way, and what only a JVM has.
     */
    private static final Set<String> OTHER_FLAGS = Set.of(
            "-Xms",
            "-Xmn",
            "-XX:MinHeapFreeRatio",
            "-XX:MaxHeapFreeRatio",
            "-XX:-ShrinkHeapInSteps",
            "-XX:-UsePerfData",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:+UseCompactObjectHeaders",
            "-XX:TrimNativeHeapInterval");

    private static NativeNeeds needs;
    private static Properties settings;

    @BeforeAll
    static void read() throws IOException {
        needs = NativeNeeds.of(
                MODULES.stream().map(NativeRegistrationTest::classesOf).toList());
        settings = new Properties();
        Path file = classesOf("event-bus").resolve("META-INF").resolve("microprofile-config.properties");
        try (InputStream stream = Files.newInputStream(file)) {
            settings.load(stream);
        }
    }

    private static Path classesOf(String module) {
        return Path.of("..", module, "target", "classes");
    }

    @Test
    void everyTypeThatIsSerialisedIsRegistered() {
        Set<Class<?>> seenByQuarkus = new HashSet<>();
        needs.names().forEach(name -> collectSignatures(load(name), seenByQuarkus));

        Map<String, String> missing = new TreeMap<>();
        needs.serialised().forEach((name, where) -> {
            for (Class<?> type : withParts(load(name), new HashSet<>())) {
                if (!seenByQuarkus.contains(type) && !isRegistered(type)) {
                    missing.put(type.getName(), where);
                }
            }
        });

        assertThat(missing)
                .as("types to be annotated with @RegisterForReflection")
                .isEmpty();
        assertThat(needs.serialised()).as("the analysis finds something").hasSizeGreaterThan(2);
        assertThat(seenByQuarkus).as("the analysis finds something").isNotEmpty();
    }

    @Test
    void everyScriptExistsAndIsIncluded() {
        Pattern included = globs(settings.getProperty("quarkus.native.resources.includes", ""));

        assertThat(needs.scripts()).hasSizeGreaterThan(5).allSatisfy((path, where) -> {
            assertThat(MODULES.stream().map(module -> classesOf(module).resolve(path)))
                    .as(where + " reads it")
                    .anyMatch(Files::exists);
            assertThat(path).matches(included);
        });
        assertThat(resources()).as("files other than classes").allSatisfy(path -> assertThat(
                        included.matcher(path).matches() || path.startsWith("META-INF/") || isConfiguration(path))
                .as(path)
                .isTrue());
    }

    @Test
    void theDocumentsThatAreServedAreIncluded() {
        Pattern included = globs(settings.getProperty("quarkus.native.resources.includes", ""));

        assertThat(resources()).contains("META-INF/liveline/asyncapi-chat.yaml").allSatisfy(path -> assertThat(
                        included.matcher(path).matches() || !path.startsWith("META-INF/liveline/"))
                .as(path)
                .isTrue());
    }

    @Test
    void everyClassOfACacheIsRegistered() {
        Set<String> known = NativeCaches.knownToQuarkus();
        assertThat(known).as("read from Quarkus").hasSizeGreaterThan(10);
        assertThat(needs.caches()).hasSizeGreaterThan(1).allSatisfy((where, calls) -> {
            RegisterForReflection registered = load(where.substring(0, where.lastIndexOf('.'))
                            .replace('/', '.'))
                    .getAnnotation(RegisterForReflection.class);
            List<String> ours = registered == null ? List.of() : List.of(registered.classNames());
            assertThat(NativeCaches.classesOf(calls))
                    .as(where + " needs them in @RegisterForReflection(classNames = …)")
                    .allMatch(name -> known.contains(name) || ours.contains(name));
        });
    }

    @Test
    void noOtherReflectionOrResourceIsUsed() {
        assertThat(needs.reflection()).isEmpty();
    }

    @Test
    void noStateOfTheBuildIsKept() {
        String later = settings.getProperty("quarkus.native.additional-build-args", "");
        Map<String, String> tooEarly = new TreeMap<>(needs.tooEarly());
        tooEarly.keySet().removeIf(name -> Stream.of(later.split("[=,\\\\]")).anyMatch(name::equals));

        assertThat(tooEarly).as("classes to be initialised at run time").isEmpty();
    }

    @Test
    void theExecutableIsToldAboutEndsAndLimitsWhatTheJvmIsTold() throws IOException {
        String executable = settings.getProperty("quarkus.native.additional-build-args", "");
        List<String> flags = flagsOfTheJvm();

        assertThat(flags).hasSizeGreaterThan(5).allSatisfy(flag -> {
            String name = flag.replaceAll("[=0-9].*", "");
            assertThat(COUNTERPARTS.containsKey(name) || OTHER_FLAGS.contains(name))
                    .as(flag + " is new: list what tells the executable the same, or that it is about something else")
                    .isTrue();
            assertThat(executable.split(","))
                    .as("the counterpart of " + flag)
                    .anyMatch(argument -> argument.startsWith(COUNTERPARTS.getOrDefault(name, "")));
        });
        assertThat(flags).as("read from the image").contains("-XX:+ExitOnOutOfMemoryError");
    }

    /** Returns the flags of the JVM's image. */
    private static List<String> flagsOfTheJvm() throws IOException {
        Path containers = Path.of("..", "containers");
        Matcher variable = Pattern.compile("ENV JDK_JAVA_OPTIONS=\"([^\"]*)\"")
                .matcher(Files.readString(containers.resolve("Containerfile.jvm")));
        assertThat(variable.find()).isTrue();
        return Stream.concat(
                        Stream.of(variable.group(1).replace("\\\n", " ").split(" ")),
                        Files.readAllLines(containers.resolve("java.options")).stream())
                .filter(flag -> flag.startsWith("-"))
                .toList();
    }

    @Test
    void theAnalysisFindsEveryCaseOfTheSample() {
        NativeNeeds own = NativeNeeds.of(List.of(Path.of("target", "test-classes")));

        assertThat(own.serialised()).containsKey(NativeNeedsSample.Written.class.getName());
        assertThat(own.serialised()).containsKey(NativeNeedsSample.Read.class.getName());
        assertThat(own.reflection()).containsKeys("java/lang/Class.forName", "java/lang/Class.getResource");
        assertThat(own.tooEarly())
                .containsKeys(NativeNeedsSample.class.getName(), NativeNeedsSample.Keeps.class.getName());
    }

    private static boolean isRegistered(Class<?> type) {
        return type.isAnnotationPresent(RegisterForReflection.class);
    }

    /** Collects a type and our types of its fields: a registration does not include these by itself. */
    private static Set<Class<?>> withParts(Class<?> type, Set<Class<?>> seen) {
        if (type.getName().startsWith(OURS) && seen.add(type)) {
            for (Field field : type.getDeclaredFields()) {
                if (!java.lang.reflect.Modifier.isStatic(field.getModifiers())) {
                    classesIn(field.getGenericType()).forEach(part -> withParts(part, seen));
                }
            }
        }
        return seen;
    }

    /** Collects the parameter and return types of resource methods: Quarkus registers them, with all their parts. */
    private static void collectSignatures(Class<?> type, Set<Class<?>> seen) {
        for (Method method : type.getDeclaredMethods()) {
            boolean resource = Stream.of(method.getAnnotations())
                    .anyMatch(one -> one.annotationType().isAnnotationPresent(HttpMethod.class));
            if (resource) {
                classesIn(method.getGenericReturnType()).forEach(one -> withParts(one, seen));
                for (Type parameter : method.getGenericParameterTypes()) {
                    classesIn(parameter).forEach(one -> withParts(one, seen));
                }
            }
        }
    }

    private static List<Class<?>> classesIn(Type type) {
        List<Class<?>> found = new ArrayList<>();
        if (type instanceof Class<?> one) {
            found.add(one.isArray() ? one.getComponentType() : one);
        } else if (type instanceof ParameterizedType generic) {
            found.addAll(classesIn(generic.getRawType()));
            for (Type argument : generic.getActualTypeArguments()) {
                found.addAll(classesIn(argument));
            }
        }
        return found;
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, NativeRegistrationTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> resources() {
        List<String> paths = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(classesOf(module))) {
                files.filter(Files::isRegularFile)
                        .map(file ->
                                classesOf(module).relativize(file).toString().replace('\\', '/'))
                        .filter(path -> !path.endsWith(".class"))
                        .forEach(paths::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return paths;
    }

    /** Returns true for configuration, which Quarkus reads while it builds. */
    private static boolean isConfiguration(String path) {
        return path.equals("application.properties");
    }

    /** Compiles globs as Quarkus does: ** matches any number of folders, * anything but a slash. */
    private static Pattern globs(String list) {
        List<String> patterns = new ArrayList<>();
        for (String glob : list.split(",")) {
            patterns.add(Stream.of(glob.strip().split("(?<=\\*\\*/)|(?=\\*\\*/)"))
                    .map(part -> part.equals("**/")
                            ? "(.*/)?"
                            : Stream.of(part.split("\\*", -1))
                                    .map(Pattern::quote)
                                    .reduce((a, b) -> a + "[^/]*" + b)
                                    .orElse(""))
                    .reduce("", String::concat));
        }
        return Pattern.compile(String.join("|", patterns));
    }
}
