using System.Diagnostics.CodeAnalysis;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>The penalties of the sources of one kind of address, with the end of each; never more of them than it is given room for.</summary>
/// <remarks>
/// Time is whatever the caller says, and only goes on. A look-up and a change cost the logarithm of the number of sources, so that a flood from many
/// makes none of them slow.
/// </remarks>
internal sealed class PenaltyTable
{
    private readonly Dictionary<Source, Penalty> _penalties = [];
    private readonly SortedSet<(TimeSpan End, Source Source)> _ends = [];

    public int Count => _penalties.Count;

    /// <summary>The penalty of a source; false when it has none.</summary>
    public bool TryFind(Source source, [NotNullWhen(true)] out Penalty? penalty) => _penalties.TryGetValue(source, out penalty);

    /// <summary>Forgets the penalties that are over.</summary>
    public void Expire(TimeSpan now)
    {
        while (_ends.Count > 0 && _ends.Min.End < now) Remove(_ends.Min.Source);
    }

    /// <summary>Adds to the penalty of a source, which lasts no longer than <paramref name="most"/> from now on in any case.</summary>
    public Penalty Add(Source source, TimeSpan time, TimeSpan now, TimeSpan most, string reason)
    {
        TimeSpan end = now + time;
        if (_penalties.TryGetValue(source, out Penalty? penalty))
        {
            _ends.Remove((penalty.End, source));
            TimeSpan longest = now + most;
            end = penalty.End + time;
            if (end > longest) end = longest;
        }
        else
        {
            _penalties[source] = penalty = new Penalty();
        }

        (penalty.End, penalty.Reason) = (end, reason);
        _ends.Add((end, source));
        return penalty;
    }

    /// <summary>Forgets those that would be over first, until there are only so many.</summary>
    public void Shrink(int most)
    {
        while (_penalties.Count > most) Remove(_ends.Min.Source);
    }

    private void Remove(Source source)
    {
        if (_penalties.Remove(source, out Penalty? penalty)) _ends.Remove((penalty.End, source));
    }

    /// <summary>What a source has to pay for.</summary>
    internal sealed class Penalty
    {
        public TimeSpan End { get; set; }

        /// <summary>True once it has come to so much that the source is refused; it stays so to its end.</summary>
        public bool IsActive { get; set; }

        /// <summary>For what the last part of it is.</summary>
        public string Reason { get; set; } = "";
    }
}
