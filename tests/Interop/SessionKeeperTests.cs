using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Interop;

/// <summary>The process that keeps PAM's session, ordered about by somebody in whose hands its user's process is.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class SessionKeeperTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private LoginUser _user = null!;
    private UserAccount _account = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Mark => _directory["mark"];

    public async ValueTask InitializeAsync()
    {
        _user = await LoginUser.CreateAsync();
        _account = Users.Find(_user.Name)!;
        string script = _directory.Write("script", $"#!/bin/sh\necho $PAM_TYPE >>{Mark}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _user.WriteService($"session required pam_exec.so {script}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_user is not null) await _user.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Orders_out_of_turn_and_without_sense_end_it_and_close_the_session()
    {
        byte[][] before = [Start("/bin/true"), Of("reap"), Of(), Of("start-own")];
        byte[][] after =
        [
            Of("serve"), Of("start-own", "1", "", "0", "/bin/true", "0", "0"), Of("start"), Of("start", "1", "", "0", "/bin/true", "2", "true"), Of("start", "1", "", "0", "/bin/true", "-1", "0"),
            Of("start", "1", "", "0", "/bin/true", "0", "x"), Of("reap"), Of("reap", "all"), Of("opened"), Of(), [0xff, 0xff, 0xff, 0xff], Header(KeeperFrame.LongestBytes + 1),
        ];
        foreach (byte[] order in before) await EndsByAsync(order, isServing: false);
        foreach (byte[] order in after) await EndsByAsync(order, isServing: true);
        await EndsByAsync(Start("/bin/true"), isServing: true, descriptors: KeeperFrame.MostDescriptors + 1);
        Assert.Equal(string.Concat(Enumerable.Repeat("open_session\nclose_session\n", before.Length + after.Length + 1)), await File.ReadAllTextAsync(Mark, Ct));
    }

    [Fact]
    public async Task What_cannot_be_started_is_said_and_the_next_program_starts()
    {
        using KeptSession session = await OpenAsync();
        using KeptPrograms programs = session.ServeHere();

        await Assert.ThrowsAsync<UnixException>(() => programs.StartAsync(Program("/bin/true", [$"LONG={new string('x', KeeperFrame.LongestBytes)}"]), takesTerminal: false));
        await Assert.ThrowsAsync<UnixException>(() => programs.StartAsync(Program("/bin/true", [$"LONG={new string('x', KeeperFrame.LongestBytes - 1024)}"]), takesTerminal: false));
        IRunningProgram missing = await programs.StartAsync(Program("/no/such/program", []), takesTerminal: false);
        IRunningProgram strange = await programs.StartAsync(Program("/bin/true", []), takesTerminal: true);

        Assert.NotEqual(0, (await missing.Exited).Status);
        Assert.NotEqual(0, (await strange.Exited).Status);
        Assert.Equal($"{_account.Uid}\n", await OutputAsync(programs, "id -u"));
    }

    [Fact]
    public async Task A_program_is_signalled_until_its_end_is_heard_of()
    {
        using KeptSession session = await OpenAsync();
        using KeptPrograms programs = session.ServeHere();
        IRunningProgram program = await programs.StartAsync(Program("/bin/sleep", [], "1000"), takesTerminal: false);

        Assert.True(program.Signal(UnixSignal.TERM));
        Assert.Equal(UnixSignal.TERM, (await program.Exited).Signal);
        Assert.False(program.Signal(UnixSignal.TERM));
        programs.Dispose();
        await programs.Ended;
        Assert.Equal(0, (await session.Closed).Status);
        await Assert.ThrowsAsync<UnixException>(() => programs.StartAsync(Program("/bin/true", []), takesTerminal: false));
    }

    [Fact]
    public async Task A_connection_has_so_many_programs_and_no_more()
    {
        using KeptSession session = await OpenAsync();
        session.Serve();
        using Socket line = LineOf(session);
        Task ordering = OrderAsync();
        int started = 0, refused = 0;
        while (started + refused <= KeptChildren.Most)
        {
            CStrings answer = (await KeeperFrame.ReceiveAsync(line, Ct))!;
            if (KeeperFrame.TextAt(answer, 0) != KeeperFrame.Started) continue;
            if (KeeperFrame.TextAt(answer, 1).Length == 0) started++;
            else refused++;
        }

        await ordering;
        Assert.Equal((KeptChildren.Most, 1), (started, refused));

        // While the answers are read: neither end takes in all that the other one has to say.
        async Task OrderAsync()
        {
            for (int each = 0; each <= KeptChildren.Most; each++) await line.SendAsync(Start("/bin/true"), Ct);
        }
    }

    private async Task EndsByAsync(byte[] order, bool isServing, int descriptors = 0)
    {
        using KeptSession session = await OpenAsync();
        if (isServing) session.Serve();
        using Socket line = LineOf(session);
        using SafeFileHandle given = Descriptors.Duplicate(0);
        await DescriptorPassing.SendAsync(line, order, [.. Enumerable.Repeat<SafeHandle>(given, descriptors)], Ct);
        Assert.Equal(255, (await session.Closed).Status);
    }

    private async Task<KeptSession> OpenAsync()
    {
        var wanted = new KeptSession.Wanted(_user.Service, _user.Name, "127.0.0.1", _account, null, []);
        KeptSession session = await KeptSession.OpenAsync(Requires.PublishedTool("nacre"), wanted, Ct);
        Assert.Null(session.Fault);
        return session;
    }

    private static Socket LineOf(KeptSession session)
    {
        using SafeFileHandle copy = Descriptors.Duplicate((int)session.Line.DangerousGetHandle());
        return new Socket(new SafeSocketHandle(Descriptors.Release(copy), ownsHandle: true));
    }

    private static ProgramStart Program(string path, CStrings environment, params string[] arguments) => new() { Path = path, Arguments = [path, .. arguments], Environment = environment };

    private static byte[] Of(params string[] strings) => KeeperFrame.Of([.. strings]);

    private static byte[] Start(string program) => Of(KeeperFrame.Start, "1", "", "0", program, "1", program, "0");

    private static byte[] Header(int length)
    {
        byte[] header = new byte[KeeperFrame.HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        return header;
    }

    private static async Task<string> OutputAsync(KeptPrograms programs, string command)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (writing) await programs.StartAsync(new ProgramStart { Path = "/bin/sh", Arguments = ["sh", "-c", command], Environment = ["PATH=/bin:/usr/bin"], Output = writing }, takesTerminal: false);
        await using var stream = new DescriptorStream(reading);
        return await new StreamReader(stream).ReadToEndAsync(Ct);
    }
}
