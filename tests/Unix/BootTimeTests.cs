using System.Globalization;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class BootTimeTests
{
    [Fact]
    public void It_is_what_the_kernel_says_of_the_time_since_the_start()
    {
        double before = Uptime(), now = BootTime.Instance.GetElapsedTime(0).TotalSeconds, after = Uptime();

        // The file has hundredths, which are cut off.
        Assert.InRange(now, before, after + 0.01);
    }

    private static double Uptime() => double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
}
