using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Nacre.Protocol.Algorithms;

/// <summary>The rows of one kind of algorithm, best first, to be found by their names.</summary>
internal sealed class AlgorithmTable<T>
    where T : Algorithm
{
    private readonly byte[][] _names;

    public AlgorithmTable(AlgorithmKind kind, params T[] rows)
    {
        Kind = kind;
        Rows = rows;
        _names = Array.ConvertAll(rows, row => Encoding.ASCII.GetBytes(row.Name));
    }

    public AlgorithmKind Kind { get; }

    public IReadOnlyList<T> Rows { get; }

    public IEnumerable<string> Names => Rows.Select(row => row.Name);

    /// <summary>The names of some of the rows. Every program makes such lists at its start, where a chain of Where and Select is dear: it has the runtime build a type.</summary>
    public string[] NamesOf(Func<T, bool> isWanted) => Array.ConvertAll(Rows.Where(isWanted).ToArray(), static row => row.Name);

    public bool TryFind(string name, [NotNullWhen(true)] out T? row) => (row = Rows.FirstOrDefault(row => row.Name == name)) is not null;

    /// <summary>Finds a row by a name as it stands on the wire, without making a string of every name that a peer thinks of.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, [NotNullWhen(true)] out T? row)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                row = Rows[i];
                return true;
            }
        }

        row = null;
        return false;
    }

    /// <summary>The row of this name, which is known to be there.</summary>
    public T this[string name] => TryFind(name, out T? row) ? row : throw new ArgumentException($"There is no {Kind} algorithm {name}.", nameof(name));
}
