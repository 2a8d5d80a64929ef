using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>The standard streams that another process has given us, which it goes on to share.</summary>
internal sealed class PassengerStreams : IDisposable
{
    private readonly SafeFileHandle[] _descriptors;
    private readonly InheritedStream[] _streams;

    /// <summary>Takes the descriptors over: input, output and, where there is a third, error.</summary>
    public PassengerStreams(SafeFileHandle[] descriptors)
    {
        _descriptors = descriptors;
        _streams = new InheritedStream[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++) _streams[i] = i == 0 ? InheritedStream.OpenInput(NumberOf(i)) : InheritedStream.OpenOutput(NumberOf(i));
    }

    public InheritedStream Input => _streams[0];

    public InheritedStream Output => _streams[1];

    public InheritedStream Error => _streams[2];

    /// <summary>The descriptor of the input, which may be a terminal's.</summary>
    public int InputDescriptor => NumberOf(0);

    /// <summary>To be called when nothing reads or writes any more.</summary>
    public void Dispose()
    {
        foreach (InheritedStream stream in _streams) stream.Dispose();
        foreach (SafeFileHandle descriptor in _descriptors) descriptor.Dispose();
    }

    private int NumberOf(int index) => (int)_descriptors[index].DangerousGetHandle();
}
