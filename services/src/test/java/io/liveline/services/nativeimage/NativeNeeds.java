package io.liveline.services.nativeimage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.SimpleVerifier;
import org.objectweb.asm.tree.analysis.SourceInterpreter;
import org.objectweb.asm.tree.analysis.SourceValue;

/**
 * Requirements of the compiled classes of some modules on a native executable, which contains only what is registered
 * at build time: types that are serialised, files that are read as resources, reflection, caches, and state that the
 * build would create too early.
 */
final class NativeNeeds {

    private static final String OURS = "io/liveline/";
    private static final String CAFFEINE = "com/github/benmanes/caffeine/cache/Caffeine";

    /** Methods that serialise an argument: owner and name, with the index of the argument. */
    private static final Map<String, Integer> SERIALISED = Map.ofEntries(
            Map.entry("jakarta/ws/rs/core/Response.ok", 0),
            Map.entry("jakarta/ws/rs/core/Response$ResponseBuilder.entity", 0),
            Map.entry("org/jboss/resteasy/reactive/RestResponse.ok", 0),
            Map.entry("com/fasterxml/jackson/databind/ObjectMapper.writeValueAsString", 0),
            Map.entry("com/fasterxml/jackson/databind/ObjectMapper.writeValueAsBytes", 0),
            Map.entry("com/fasterxml/jackson/databind/ObjectMapper.valueToTree", 0),
            Map.entry("com/fasterxml/jackson/databind/ObjectWriter.writeValueAsString", 0),
            Map.entry("com/fasterxml/jackson/databind/ObjectWriter.writeValueAsBytes", 0),
            Map.entry("io/vertx/core/json/JsonObject.mapFrom", 0),
            Map.entry("io/vertx/core/json/Json.encode", 0),
            Map.entry("io/vertx/core/json/Json.encodeToBuffer", 0));

    /** Methods that read files of the page, which Quarkus includes by itself. */
    private static final Set<String> READ_PAGE =
            Set.of("io/liveline/edge/gate/AllowedMethods.isFile", "io/liveline/edge/page/PageFiles.read");

    /** Methods whose files are checked by name: scripts, and the documents that are served. */
    private static final Set<String> READ_RESOURCES =
            Set.of("io/liveline/bus/redis/command/LuaScript.read", "io/liveline/edge/page/DocumentsResource.text");

    /** Methods that use a class only as a name or key, without reflection. */
    private static final Set<String> NAMED_ONLY = Set.of(
            "org/jboss/logging/Logger.getLogger",
            "jakarta/enterprise/inject/Instance.select",
            "io/netty/channel/ChannelPipeline.get",
            "io/netty/channel/ChannelPipeline.remove",
            "java/lang/Enum.valueOf",
            "java/util/EnumMap.<init>",
            "java/util/EnumSet.noneOf",
            "java/util/EnumSet.allOf");

    private static final Set<String> REFLECTION = Set.of(
            "java/lang/Class.forName",
            "java/lang/Class.getDeclaredConstructor",
            "java/lang/Class.getMethod",
            "java/lang/Class.getDeclaredMethod",
            "java/lang/Class.getDeclaredField",
            "java/lang/reflect/Proxy.newProxyInstance",
            "java/lang/reflect/Method.invoke",
            "java/util/ServiceLoader.load",
            "java/io/ObjectInputStream.readObject");

    /**
     * Calls whose result must not be kept from build time: random numbers, which would be the same everywhere, old
     * times, and threads; and buffers, with which the build fails.
     */
    private static final Set<String> TOO_EARLY = Set.of(
            "io/netty/buffer/Unpooled.buffer",
            "io/netty/buffer/Unpooled.copiedBuffer",
            "io/netty/buffer/Unpooled.wrappedBuffer",
            "io/vertx/core/buffer/Buffer.buffer",
            "java/security/SecureRandom.<init>",
            "java/util/Random.<init>",
            "java/util/SplittableRandom.<init>",
            "java/util/concurrent/ThreadLocalRandom.current",
            "java/util/UUID.randomUUID",
            "java/lang/System.nanoTime",
            "java/lang/System.currentTimeMillis",
            "java/lang/System.getenv",
            "java/lang/ProcessHandle.current",
            "java/time/Instant.now",
            "java/lang/Thread.<init>",
            "java/util/concurrent/Executors.newSingleThreadExecutor");

    /** Location of each finding, by the finding. */
    private final Map<String, String> serialised = new TreeMap<>();

    private final Map<String, String> scripts = new TreeMap<>();
    private final Map<String, String> reflection = new TreeMap<>();
    private final Map<String, String> tooEarly = new TreeMap<>();
    private final Map<String, List<MethodInsnNode>> caches = new TreeMap<>();
    private final Map<String, ClassNode> classes = new HashMap<>();

    private NativeNeeds() {}

    /** Analyses the classes below these directories. */
    static NativeNeeds of(List<Path> directories) {
        NativeNeeds needs = new NativeNeeds();
        directories.forEach(needs::read);
        needs.classes.values().forEach(type -> type.methods.forEach(method -> needs.analyse(type, method)));
        needs.classes.values().forEach(needs::analyseInitialiser);
        return needs;
    }

    /** Returns the location of each of our types that Jackson serialises, by binary name. */
    Map<String, String> serialised() {
        return serialised;
    }

    /** Returns the location of each script that is read, by path. */
    Map<String, String> scripts() {
        return scripts;
    }

    /** Returns the location of each use of reflection, and of each resource other than scripts. */
    Map<String, String> reflection() {
        return reflection;
    }

    /** Returns the call that creates static state which must not be kept from build time, by class. */
    Map<String, String> tooEarly() {
        return tooEarly;
    }

    /** Returns the calls that build each Caffeine cache, by the calling method. */
    Map<String, List<MethodInsnNode>> caches() {
        return caches;
    }

    /** Returns the number of classes. */
    int size() {
        return classes.size();
    }

    private void read(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                ClassNode type = new ClassNode();
                new ClassReader(Files.readAllBytes(file)).accept(type, ClassReader.SKIP_DEBUG);
                classes.put(type.name, type);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void analyse(ClassNode type, MethodNode method) {
        if (method.instructions.size() == 0) {
            return;
        }
        try {
            Frame<SourceValue>[] sources = new Analyzer<>(new SourceInterpreter()).analyze(type.name, method);
            Frame<BasicValue>[] types = new Analyzer<>(new SimpleVerifier()).analyze(type.name, method);
            String where = type.name + "." + method.name;
            for (int i = 0; i < method.instructions.size(); i++) {
                if (method.instructions.get(i) instanceof MethodInsnNode call && sources[i] != null) {
                    findClassArguments(call, sources[i], where);
                    findSerialisedObject(call, types[i], where);
                    findReflection(call, where);
                    findCache(call, where);
                }
            }
        } catch (AnalyzerException e) {
            throw new IllegalStateException(type.name + "." + method.name, e);
        }
    }

    /** Counts each of our classes that is an argument as serialised by Jackson, except in {@link #NAMED_ONLY}. */
    private void findClassArguments(MethodInsnNode call, Frame<SourceValue> frame, String where) {
        Type[] arguments = Type.getArgumentTypes(call.desc);
        int first = frame.getStackSize() - arguments.length;
        for (int i = 0; i < arguments.length; i++) {
            for (AbstractInsnNode source : frame.getStack(first + i).insns) {
                if (source instanceof LdcInsnNode constant
                        && constant.cst instanceof Type type
                        && type.getSort() == Type.OBJECT
                        && type.getInternalName().startsWith(OURS)) {
                    if (call.owner.equals("io/liveline/bus/redis/command/LuaScript")) {
                        script(type, frame.getStack(first + 1), where);
                    } else if (!NAMED_ONLY.contains(name(call))) {
                        serialised.put(type.getClassName(), where);
                    }
                }
            }
        }
    }

    private void script(Type owner, SourceValue file, String where) {
        String path = owner.getInternalName();
        path = path.substring(0, path.lastIndexOf('/') + 1);
        for (AbstractInsnNode source : file.insns) {
            if (source instanceof LdcInsnNode constant && constant.cst instanceof String name) {
                scripts.put(path + name, where);
            } else {
                reflection.put("a script whose name is not a constant", where);
            }
        }
    }

    private void findSerialisedObject(MethodInsnNode call, Frame<BasicValue> frame, String where) {
        Integer argument = SERIALISED.get(name(call));
        Type[] arguments = Type.getArgumentTypes(call.desc);
        if (argument == null || arguments.length <= argument) {
            return;
        }
        Type type = frame.getStack(frame.getStackSize() - arguments.length + argument)
                .getType();
        if (type.getInternalName().startsWith(OURS)) {
            serialised.put(type.getClassName(), where);
        } else if (type.getClassName().equals("java.lang.Object")) {
            reflection.put("a serialised object of unknown type", where);
        }
    }

    private void findReflection(MethodInsnNode call, String where) {
        boolean resource = call.name.startsWith("getResource")
                && (call.owner.equals("java/lang/Class") || call.owner.equals("java/lang/ClassLoader"));
        if (REFLECTION.contains(name(call))
                || (resource && !READ_RESOURCES.contains(where) && !READ_PAGE.contains(where))) {
            reflection.put(name(call), where);
        }
    }

    private void findCache(MethodInsnNode call, String where) {
        if (call.owner.equals(CAFFEINE)) {
            caches.computeIfAbsent(where, method -> new ArrayList<>()).add(call);
        }
    }

    /** Follows the calls of a static initialiser, which runs while the executable is built, through our methods. */
    private void analyseInitialiser(ClassNode type) {
        Set<String> seen = new HashSet<>();
        Deque<String> calls = new ArrayDeque<>(List.of(type.name + ".<clinit>"));
        while (!calls.isEmpty()) {
            String method = calls.poll();
            if (!seen.add(method)) {
                continue;
            }
            for (String called : callsOf(method)) {
                if (TOO_EARLY.contains(called)) {
                    tooEarly.put(Type.getObjectType(type.name).getClassName(), called + " in " + method);
                }
                if (called.startsWith(OURS)) {
                    calls.add(called);
                }
            }
        }
    }

    private List<String> callsOf(String method) {
        ClassNode type = classes.get(method.substring(0, method.lastIndexOf('.')));
        List<String> called = new ArrayList<>();
        if (type != null) {
            String name = method.substring(method.lastIndexOf('.') + 1);
            type.methods.stream()
                    .filter(one -> one.name.equals(name))
                    .forEach(one -> one.instructions.forEach(step -> {
                        if (step instanceof MethodInsnNode call && call.getOpcode() != Opcodes.INVOKEINTERFACE) {
                            called.add(name(call));
                        }
                    }));
        }
        return called;
    }

    private static String name(MethodInsnNode call) {
        return call.owner + "." + call.name;
    }

    /** Returns the names of the classes. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        classes.keySet().forEach(name -> names.add(name.replace('/', '.')));
        return names;
    }
}
