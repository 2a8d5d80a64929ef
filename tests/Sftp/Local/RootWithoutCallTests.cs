using Nacre.Tests.Interop;
using Nacre.Tests.Unix;

namespace Nacre.Tests.Sftp.Local;

/// <summary>A root on a system that lacks a call: what cannot be held is refused, what can be done another way is.</summary>
public sealed class RootWithoutCallTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("38", "Function not implemented")]
    [InlineData("1", "Operation not permitted")]
    public async Task Without_openat2_there_is_no_root(string errno, string words)
    {
        (_, string output) = await ChildRole.RunAsync("without-call", "437", errno, _directory.Path);
        Assert.Equal(
            $"Files cannot be kept below {_directory.Path}: the system call openat2 (Linux 5.6) says \"{words}\". Use a newer kernel, or allow the call where a filter forbids it.",
            output);
    }

    [Theory]
    [InlineData("38")]
    [InlineData("1")]
    public async Task Without_fchmodat2_a_mode_is_set_another_way(string errno)
    {
        _directory.Write("file", "");
        (_, string output) = await ChildRole.RunAsync("without-call", "452", errno, _directory.Path);
        Assert.Equal("mode 400", output);
    }
}
