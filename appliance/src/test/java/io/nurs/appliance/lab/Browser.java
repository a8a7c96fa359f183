package io.nurs.appliance.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;

/** Chromium without a screen. */
public final class Browser implements AutoCloseable {
    private static final String CHROMIUM = "/usr/bin/chromium";
    private static final String DRIVER = "/usr/bin/chromedriver";

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    public static Browser open(Path profile) {
        Requires.tools("chromium", "chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--window-size=1200,900",
                "--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
        // So that Selenium looks for none, and fetches none.
        System.setProperty("webdriver.chrome.driver", DRIVER);
        return new Browser(new ChromeDriver(options));
    }

    public void open(String url) {
        driver.get(url);
    }

    /** What a person reads in that element. */
    public String text(String selector) {
        // Which may be replaced while one looks.
        Object text = driver.executeScript(
                "const e = document.querySelector(arguments[0]); return e === null ? '' : e.innerText;", selector);
        return String.valueOf(text);
    }

    public void waitForText(String selector, String text) {
        Wait.until(
                () -> "\"" + text + "\" in " + selector + ": " + text("body"),
                () -> text(selector).contains(text));
    }

    public int count(String selector) {
        return driver.findElements(By.cssSelector(selector)).size();
    }

    /** What the console has got, errors and what the page's policy has forbidden among it. */
    public List<String> console() {
        return driver.manage().logs().get("browser").getAll().stream()
                .map(Object::toString)
                .toList();
    }

    public void width(int pixels, boolean isDark) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
        size(pixels, 900);
    }

    private void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Elements that stick out on the right, and so make it scroll, or are cut off. */
    public List<?> stickingOut() {
        return (List<?>) Objects.requireNonNull(driver.executeScript("""
                const width = document.documentElement.clientWidth;
                return [...document.querySelectorAll('body *')]
                  .filter(e => e.getBoundingClientRect().right > width + 0.5 && !e.closest('thead'))
                  .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40));"""));
    }

    /** The whole page as PNG. */
    public void screenshot(Path file, int width, boolean isDark) throws IOException {
        width(width, isDark);
        Object height = driver.executeScript("return document.documentElement.scrollHeight");
        size(width, ((Number) Objects.requireNonNull(height)).intValue());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
