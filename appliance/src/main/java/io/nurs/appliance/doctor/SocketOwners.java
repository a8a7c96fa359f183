package io.nurs.appliance.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which process holds a socket, as far as this user may see. proc_pid_fd(5) */
final class SocketOwners {
    private static final Path PROC = Path.of("/proc");

    /**
     * A process.
     *
     * @param isNursd whether it is an appliance like ours
     */
    record Owner(long pid, String name, boolean isNursd) {
        @Override
        public String toString() {
            return name + " (pid " + pid + ")";
        }
    }

    private SocketOwners() {}

    /** By inode; sockets whose owner cannot be seen are left out. */
    static Map<Long, Owner> of(Set<Long> inodes) throws IOException {
        Map<String, Long> wanted =
                inodes.stream().collect(Collectors.toMap(inode -> "socket:[" + inode + "]", inode -> inode));
        Map<Long, Owner> owners = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (owners.size() < wanted.size()) {
                    look(process, wanted, owners);
                }
            }
        }
        return owners;
    }

    private static void look(Path process, Map<String, Long> wanted, Map<Long, Owner> owners) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                Long inode = wanted.get(target(file));
                if (inode != null) {
                    owners.put(inode, owner(process));
                }
            }
        } catch (IOException e) {
            // Another user's, or it has ended.
        }
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static Owner owner(Path process) throws IOException {
        String command = Place.text(process.resolve("cmdline"));
        boolean isNursd = command.contains("io.nurs.appliance/") && command.contains("\0run\0");
        return new Owner(
                Long.parseLong(process.getFileName().toString()),
                isNursd ? "nursd" : Place.text(process.resolve("comm")).strip(),
                isNursd);
    }
}
