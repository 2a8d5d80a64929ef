namespace Nacre.Tests.Interop;

/// <summary>An agent's program, which runs until it is disposed of.</summary>
internal interface IRunningAgent : IDisposable
{
    /// <summary>Its socket.</summary>
    string Path { get; }
}
