using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>Carries zeros through exec and takes the time of it.</summary>
/// <remarks>
/// The clock starts when the remote command does, so that the login, which is measured by itself, is not in it. Both ends are on this
/// machine and read the same clock.
/// </remarks>
internal static class Transfer
{
    // The remote shell's `times` tells what head or cat used; bash's `time` tells what ssh used, to the millisecond.
    private const string Down =
        """
        TIMEFORMAT='client %U %S'
        { time "$1" -F "$2" "${@:4}" bench "date +'begin %s.%N' >&2; head -c $3 /dev/zero; times >&2" >/dev/null; } 2>&1
        echo "end $EPOCHREALTIME"
        """;

    private const string Up =
        """
        TIMEFORMAT='client %U %S'
        head -c "$3" /dev/zero | { time "$1" -F "$2" "${@:4}" bench "date +'begin %s.%N' >&2; cat >/dev/null; times >&2"; } 2>&1
        echo "end $EPOCHREALTIME"
        """;

    /// <summary>Runs one transfer.</summary>
    /// <param name="contender">Whose client and server.</param>
    /// <param name="isDown">From the server to the client.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="options">Further arguments for the client.</param>
    public static async Task<TransferResult> RunAsync(Contender contender, bool isDown, long bytes, params string[] options)
    {
        double before = await ProcessUse.OfServerAsync(contender.ServerId);
        string said = await Bash.RunAsync(isDown ? Down : Up, [contender.Ssh, contender.Config, bytes.ToString(CultureInfo.InvariantCulture), .. options]);
        double server = await ProcessUse.OfServerAsync(contender.ServerId) - before;
        string[] lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        double seconds = Bash.Numbers(said, "end ")[0] - Bash.Numbers(said, "begin ")[0];
        return new TransferResult(seconds, Bash.Numbers(said, "client ").Sum() + server - Command(lines));
    }

    // POSIX, times: two lines of "%dm%fs %dm%fs", of which the second is for the shell's children.
    private static double Command(string[] lines) =>
        lines.Where(line => line.EndsWith('s') && char.IsAsciiDigit(line[0])).Last().Split(' ').Sum(Duration);

    private static double Duration(string text)
    {
        string[] parts = text.TrimEnd('s').Split('m');
        return (60 * double.Parse(parts[0], CultureInfo.InvariantCulture)) + double.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
