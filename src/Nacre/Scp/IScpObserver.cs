namespace Nacre.Scp;

/// <summary>What whoever runs an end of an scp conversation hears of it, and the words that it has for what files do.</summary>
internal interface IScpObserver
{
    /// <summary>Why a file could not be used; null for what is no fault of a file.</summary>
    string? Describe(Exception error, string path);

    /// <summary>Something failed, here or at the other side, and the conversation goes on. The other side's words may hold anything.</summary>
    void Complain(string line);

    /// <summary>What is being said (-v); it may hold anything.</summary>
    void Trace(string line);

    /// <summary>The bytes of a file are about to move.</summary>
    void Starting(string path, long size);

    /// <summary>So many bytes of it have moved.</summary>
    void Advanced(long bytes);

    /// <summary>All of it has moved, or its rest will not.</summary>
    void Ended();
}
