using System.Diagnostics;

namespace Nacre.Fuzz;

/// <summary>
/// Feeds one target with mutated inputs until the time is over or a finding is made. There is no coverage to steer by; instead an
/// input that is refused for a reason not seen before (the exception's text, without its numbers) joins the corpus.
/// </summary>
internal sealed class Fuzzer(FuzzTarget target, ulong seed)
{
    /// <summary>How long one input may take.</summary>
    public static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(10);

    private const int CorpusLimit = 10_000;

    private readonly Dice dice = new(seed);
    private readonly List<byte[]> corpus = [.. target.Seeds];
    private readonly HashSet<string> refusals = [];
    private volatile byte[] current = [];
    private long started;

    /// <summary>How many inputs the target has been fed.</summary>
    public long Inputs { get; private set; }

    /// <summary>The input that the target has now, and for how long; for a watchdog on another thread.</summary>
    public (byte[] Input, TimeSpan For) Current
    {
        get
        {
            long since = Volatile.Read(ref started);
            return (current, since == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(since));
        }
    }

    /// <summary>Runs for <paramref name="duration"/>; returns the first finding, or null.</summary>
    public Finding? Run(TimeSpan duration)
    {
        var mutator = new Mutator(dice, target.Words);
        long begin = Stopwatch.GetTimestamp();
        foreach (byte[] each in target.Seeds)
        {
            if (Feed(each) is Finding broken)
            {
                return broken;
            }
        }

        while (Stopwatch.GetElapsedTime(begin) < duration)
        {
            byte[] input = corpus.Count == 0
                ? mutator.Mutate([], [])
                : mutator.Mutate(corpus[dice.Below(corpus.Count)], corpus[dice.Below(corpus.Count)]);
            if (Feed(input) is Finding finding)
            {
                return finding;
            }
        }

        return null;
    }

    /// <summary>Feeds one input; a second time when it allocated too much, since the first time may have paid for what is made once.</summary>
    public Finding? Feed(byte[] input)
    {
        Finding? finding = FeedOnce(input, out long allocated);
        long allowed = target.AllocationAllowance + (target.AllocationPerByte * input.Length);
        if (finding is not null || allocated <= allowed)
        {
            return finding;
        }

        return FeedOnce(input, out allocated) ?? (allocated <= allowed
            ? null
            : new Finding(target.Name, input, $"{allocated} bytes were allocated for an input of {input.Length}, where {allowed} are allowed"));
    }

    private Finding? FeedOnce(byte[] input, out long allocated)
    {
        Inputs++;
        current = input;
        Volatile.Write(ref started, Stopwatch.GetTimestamp());
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Feed(input);
        }
        catch (Exception refusal) when (target.IsRefusal(refusal))
        {
            Remember(input, refusal.Message);
        }
        catch (Exception exception)
        {
            return new Finding(target.Name, input, exception.ToString());
        }
        finally
        {
            Volatile.Write(ref started, 0);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return null;
    }

    private void Remember(byte[] input, string reason)
    {
        if (corpus.Count < CorpusLimit && refusals.Add(new string([.. reason.Where(each => !char.IsAsciiDigit(each))])))
        {
            corpus.Add(input);
        }
    }
}
