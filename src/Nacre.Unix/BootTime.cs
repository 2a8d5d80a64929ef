namespace Nacre.Unix;

/// <summary>A clock whose timestamps go on while the machine sleeps (CLOCK_BOOTTIME): an hour for a key is over after an hour, also in a closed laptop.</summary>
/// <remarks>Its timers are the runtime's, which sleep as well: whoever waits for a time waits in short steps.</remarks>
internal sealed unsafe class BootTime : TimeProvider
{
    private const int CLOCK_BOOTTIME = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private BootTime()
    {
    }

    public static BootTime Instance { get; } = new();

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override long GetTimestamp()
    {
        Libc.Timespec now;
        Libc.Check(Libc.clock_gettime(CLOCK_BOOTTIME, &now), "read the clock");
        return (now.Seconds * NanosecondsPerSecond) + now.Nanoseconds;
    }
}
