namespace Nacre.Bench;

/// <summary>Runs contenders in turn, round after round, so that whatever else the machine does meets all of them alike.</summary>
internal static class Pairs
{
    /// <summary>Runs every contender once per round. The first round warms caches and is thrown away.</summary>
    /// <param name="rounds">How many rounds count.</param>
    /// <param name="contenders">What to run, in this order in each round.</param>
    /// <returns>For each contender its results, one per round.</returns>
    public static async Task<T[][]> RunAsync<T>(int rounds, params Func<Task<T>>[] contenders)
    {
        var results = new T[contenders.Length][];
        for (int each = 0; each < contenders.Length; each++) results[each] = new T[rounds];
        for (int round = -1; round < rounds; round++)
        {
            for (int each = 0; each < contenders.Length; each++)
            {
                T result = await contenders[each]();
                if (round >= 0) results[each][round] = result;
            }
        }

        return results;
    }

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
