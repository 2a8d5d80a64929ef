using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>Takes the time of one run of a program, from bash's fork to its wait.</summary>
internal static class CommandTime
{
    /// <summary>Runs a program and returns how long it took, in seconds.</summary>
    public static async Task<double> OfAsync(params string[] command)
    {
        string said = await Bash.RunAsync("begin=$EPOCHREALTIME; \"$@\" </dev/null >/dev/null 2>&1; echo \"$begin $EPOCHREALTIME\"", command);
        string[] times = said.Split(' ');
        return double.Parse(times[1], CultureInfo.InvariantCulture) - double.Parse(times[0], CultureInfo.InvariantCulture);
    }
}
