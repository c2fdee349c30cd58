package io.liveline.services.nativeimage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;

/**
 * Classes that Caffeine loads by name when a cache is created: one for the cache and one for its entries, each named
 * after the features of the cache. An executable in which one of them is not registered does not start.
 */
final class NativeCaches {

    private static final String PACKAGE = "com.github.benmanes.caffeine.cache.";

    private NativeCaches() {}

    /** Returns the names of the classes of a cache that these calls build. Repeats the calls with any arguments. */
    static List<String> classesOf(List<MethodInsnNode> calls) {
        try {
            Class<?> type = Class.forName(PACKAGE + "Caffeine");
            Object builder = null;
            for (MethodInsnNode call : calls) {
                Method method = Stream.of(type.getMethods())
                        .filter(one -> one.getName().equals(call.name))
                        .filter(one ->
                                org.objectweb.asm.Type.getMethodDescriptor(one).equals(call.desc))
                        .findFirst()
                        .orElseThrow();
                if (type.isAssignableFrom(method.getReturnType())) {
                    builder = method.invoke(builder, arguments(method));
                }
            }
            return List.of(
                    PACKAGE + nameFrom("LocalCacheFactory", type, builder),
                    PACKAGE + nameFrom("NodeFactory", type, builder));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object nameFrom(String factory, Class<?> type, Object builder) throws ReflectiveOperationException {
        for (Method method : Class.forName(PACKAGE + factory).getDeclaredMethods()) {
            if (method.getName().equals("getClassName") && method.getParameterTypes()[0] == type) {
                method.setAccessible(true);
                return method.getParameterCount() == 1
                        ? method.invoke(null, builder)
                        : method.invoke(null, builder, false);
            }
        }
        throw new NoSuchMethodException(factory + ".getClassName");
    }

    private static Object[] arguments(Method method) {
        return Stream.of(method.getParameterTypes())
                .map(type -> {
                    if (type == long.class) {
                        return (Object) 1L;
                    } else if (type == int.class) {
                        return 1;
                    } else if (type == Duration.class) {
                        return Duration.ofSeconds(1);
                    }
                    return Proxy.newProxyInstance(
                            NativeCaches.class.getClassLoader(), new Class<?>[] {type}, (proxy, called, given) -> null);
                })
                .toArray();
    }

    /** Returns the names of the classes that Quarkus registers in every executable. */
    static Set<String> knownToQuarkus() {
        String feature = "/io/quarkus/caffeine/runtime/graal/CacheConstructorsFeature.class";
        ClassNode type = new ClassNode();
        try (InputStream stream = NativeCaches.class.getResourceAsStream(feature)) {
            new ClassReader(stream).accept(type, ClassReader.SKIP_DEBUG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> names = new ArrayList<>();
        type.methods.stream()
                .filter(method -> method.desc.equals("()[Ljava/lang/String;"))
                .forEach(method -> method.instructions.forEach(step -> {
                    if (step instanceof LdcInsnNode constant && constant.cst instanceof String name) {
                        names.add(name);
                    }
                }));
        return new HashSet<>(names);
    }
}
