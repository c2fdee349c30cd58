package io.liveline.services.architecture;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/** Rules of all packages below one root: small packages, imports in one direction. */
final class PackageRules {

    /** Maximum number of top-level types in a package. */
    private static final int MAX_TYPES = 15;

    private final String root;

    /** @param root package that holds the services, such as {@code io.liveline} */
    PackageRules(String root) {
        this.root = root;
    }

    ArchRule noCycles() {
        return SlicesRuleDefinition.slices()
                .matching(root + ".(**)")
                .should()
                .beFreeOfCycles()
                .as("Packages do not import each other in a circle");
    }

    ArchRule theBusApiImportsNoImplementation() {
        return ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage(root + ".bus")
                .should()
                .dependOnClassesThat(new DescribedPredicate<>("implement the bus") {
                    @Override
                    public boolean test(JavaClass type) {
                        String name = type.getPackageName();
                        return name.startsWith(root + ".bus.") && !name.equals(root + ".bus.support");
                    }
                });
    }

    ArchRule servicesNeverImportEachOther() {
        return SlicesRuleDefinition.slices()
                .matching(root + ".(chat|dashboard|presence)..")
                .should()
                .notDependOnEachOther();
    }

    ArchRule theEdgeImportsNoService() {
        return ArchRuleDefinition.noClasses()
                .that()
                .resideInAnyPackage(root + ".edge..", root + ".bus..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(root + ".chat..", root + ".dashboard..", root + ".presence..");
    }

    /** Types named {@code VertxInternals} say what they use, and what breaks when it changes. */
    ArchRule onlyVertxInternalsUseThem() {
        return ArchRuleDefinition.noClasses()
                .that()
                .doNotHaveSimpleName("VertxInternals")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..impl..", "io.vertx..internal..");
    }

    ArchRule packagesAreSmall(JavaClasses classes) {
        Map<String, List<JavaClass>> types = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .collect(Collectors.groupingBy(JavaClass::getPackageName));
        return ArchRuleDefinition.classes()
                .that()
                .areTopLevelClasses()
                .should(new ArchCondition<>("be at most " + MAX_TYPES + " in a package") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        List<JavaClass> all = types.get(type.getPackageName());
                        boolean fits = all.size() <= MAX_TYPES;
                        events.add(new SimpleConditionEvent(
                                type, fits, type.getPackageName() + " has " + all.size() + " types"));
                    }
                });
    }

    /** Returns all rules by what they say. */
    Map<String, ArchRule> all(JavaClasses classes) {
        return List.of(
                        noCycles(),
                        theBusApiImportsNoImplementation(),
                        servicesNeverImportEachOther(),
                        theEdgeImportsNoService(),
                        onlyVertxInternalsUseThem(),
                        packagesAreSmall(classes))
                .stream()
                .collect(Collectors.toMap(ArchRule::getDescription, Function.identity()));
    }
}
