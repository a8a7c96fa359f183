package io.nurs.appliance.command;

import io.netty.util.Version;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What a bug report needs: our version, Netty's and Java's. */
final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
        // On the class path there is no descriptor, hence no version.
        String nurs = Optional.ofNullable(Nursd.class.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion)
                .orElse("(unknown version)");
        Version netty = Version.identify().get("netty-common");
        return new String[] {
            "nursd " + nurs,
            "Netty " + (netty == null ? "(unknown version)" : netty.artifactVersion()),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
        };
    }
}
