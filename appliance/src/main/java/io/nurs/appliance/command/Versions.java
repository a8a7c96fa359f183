package io.nurs.appliance.command;

import io.netty.channel.Channel;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What a bug report needs: our version, Netty's and Java's. */
final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "nursd " + version(Nursd.class),
            // Not Netty's own Version.identify(): it starts all of Netty to print a line.
            "Netty " + version(Channel.class),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
        };
    }

    static String nursd() {
        return version(Nursd.class);
    }

    private static String version(Class<?> type) {
        // On the class path there is no descriptor, hence no version.
        return Optional.ofNullable(type.getModule().getDescriptor())
                .flatMap(ModuleDescriptor::rawVersion)
                .orElse("(unknown version)");
    }
}
