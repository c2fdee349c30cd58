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
 * What the compiled classes of some modules need of a native executable, which knows only what it was told of while it
 * was built: types that are serialised, files that are read as resources, reflection, caches, and state made too early.
 */
final class NativeNeeds {

    private static final String OURS = "io/liveline/";
    private static final String CAFFEINE = "com/github/benmanes/caffeine/cache/Caffeine";

    /** Methods that serialise what they are given: owner, name, and which argument it is. */
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

    /** Methods that look for files of the page, which Quarkus includes by itself. */
    private static final Set<String> READ_PAGE =
            Set.of("io/liveline/edge/gate/AllowedMethods.isFile", "io/liveline/edge/page/PageFiles.read");

    /** Methods whose files are looked for by name: scripts, and the documents that are served. */
    private static final Set<String> READ_RESOURCES =
            Set.of("io/liveline/bus/redis/command/LuaScript.read", "io/liveline/edge/page/DocumentsResource.text");

    /** Methods that take a class for its name, or to stand beside it, and reflect on nothing. */
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
     * What must not be kept from the time of building: the same random numbers everywhere, times long past, threads;
     * and buffers, for which no executable is built at all.
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

    /** By what was found, where. */
    private final Map<String, String> serialised = new TreeMap<>();

    private final Map<String, String> scripts = new TreeMap<>();
    private final Map<String, String> reflection = new TreeMap<>();
    private final Map<String, String> tooEarly = new TreeMap<>();
    private final Map<String, List<MethodInsnNode>> caches = new TreeMap<>();
    private final Map<String, ClassNode> classes = new HashMap<>();

    private NativeNeeds() {}

    /** Reads all classes below these directories. */
    static NativeNeeds of(List<Path> directories) {
        NativeNeeds needs = new NativeNeeds();
        directories.forEach(needs::read);
        needs.classes.values().forEach(type -> type.methods.forEach(method -> needs.look(type, method)));
        needs.classes.values().forEach(needs::lookAtStart);
        return needs;
    }

    /** Types of ours that Jackson is given, by their binary names, with where. */
    Map<String, String> serialised() {
        return serialised;
    }

    /** Scripts that are read, by their paths, with where. */
    Map<String, String> scripts() {
        return scripts;
    }

    /** Reflection and resources other than scripts, with where. */
    Map<String, String> reflection() {
        return reflection;
    }

    /** Classes whose static state is made of what must not be kept from the time of building, with how. */
    Map<String, String> tooEarly() {
        return tooEarly;
    }

    /** How caches of Caffeine's are made, by the method that makes one. */
    Map<String, List<MethodInsnNode>> caches() {
        return caches;
    }

    /** How many classes were read. */
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

    private void look(ClassNode type, MethodNode method) {
        if (method.instructions.size() == 0) {
            return;
        }
        try {
            Frame<SourceValue>[] sources = new Analyzer<>(new SourceInterpreter()).analyze(type.name, method);
            Frame<BasicValue>[] types = new Analyzer<>(new SimpleVerifier()).analyze(type.name, method);
            String where = type.name + "." + method.name;
            for (int i = 0; i < method.instructions.size(); i++) {
                if (method.instructions.get(i) instanceof MethodInsnNode call && sources[i] != null) {
                    lookAtClasses(call, sources[i], where);
                    lookAtObject(call, types[i], where);
                    lookAtReflection(call, where);
                    lookAtCache(call, where);
                }
            }
        } catch (AnalyzerException e) {
            throw new IllegalStateException(type.name + "." + method.name, e);
        }
    }

    /** A class of ours that is handed on is taken to be handed to Jackson, unless it is known that it is not. */
    private void lookAtClasses(MethodInsnNode call, Frame<SourceValue> frame, String where) {
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
                reflection.put("a script whose name is not written out", where);
            }
        }
    }

    private void lookAtObject(MethodInsnNode call, Frame<BasicValue> frame, String where) {
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
            reflection.put("something that is serialised and whose type cannot be seen", where);
        }
    }

    private void lookAtReflection(MethodInsnNode call, String where) {
        boolean resource = call.name.startsWith("getResource")
                && (call.owner.equals("java/lang/Class") || call.owner.equals("java/lang/ClassLoader"));
        if (REFLECTION.contains(name(call))
                || (resource && !READ_RESOURCES.contains(where) && !READ_PAGE.contains(where))) {
            reflection.put(name(call), where);
        }
    }

    private void lookAtCache(MethodInsnNode call, String where) {
        if (call.owner.equals(CAFFEINE)) {
            caches.computeIfAbsent(where, method -> new ArrayList<>()).add(call);
        }
    }

    /** What is called, directly or over methods of ours, when a class is initialised: while the executable is built. */
    private void lookAtStart(ClassNode type) {
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

    /** Names of all classes that were read. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        classes.keySet().forEach(name -> names.add(name.replace('/', '.')));
        return names;
    }
}
