package io.nurs.appliance.output;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What the disk said, and what its owner can do about it. */
final class DiskFailure {
    private DiskFailure() {}

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "the directory does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return reason == null ? e.toString() : reason;
    }

    static String advice(IOException e) {
        String reason = reason(e);
        if (e instanceof NoSuchFileException) {
            return "create it";
        }
        if (e instanceof AccessDeniedException) {
            return "give nursd's user the right to write there";
        }
        return switch (reason) {
            case "No space left on device", "Disk quota exceeded" -> "make room there";
            case "Read-only file system" -> "mount it for writing";
            case "Broken pipe" -> "start the program that reads it";
            default -> "see what the kernel's log says about that disk";
        };
    }
}
