using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Logins;

namespace Nacre.Tools.Sshd;

/// <summary>Chooses what the sessions of one connection run: shell, command or subsystem.</summary>
internal sealed class UserSessions(ClientConnection client, SshdLog log) : ISessionHandler
{
    // Those that run; a new one gets the lowest that is free.
    private readonly HashSet<int> _numbers = [];

    public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct)
    {
        ServerConfig config = client.ConfigFor(request.User.Name);
        if (client.AccountOf(request.User.Name) is not { } account) return ValueTask.FromResult<SessionProgram?>(null);
        SessionRequest wanted = request.Asked ?? request;
        string? asked = CommandFor(wanted, config);
        if (wanted.Kind == SessionKind.Subsystem && asked is null)
        {
            log.Error($"subsystem request for {Printable.Escape(wanted.Text)} by user {Printable.Escape(account.Name)} failed, subsystem not found");
            return ValueTask.FromResult<SessionProgram?>(null);
        }

        return ValueTask.FromResult<SessionProgram?>((session, token) => RunAsync(number => new UserProgram(session, account, client, asked, log) { Number = number }, token));
    }

    private async Task<ProcessExit> RunAsync(Func<int, UserProgram> create, CancellationToken ct)
    {
        int number = 0;
        lock (_numbers)
        {
            while (!_numbers.Add(number)) number++;
        }

        try
        {
            return await create(number).RunAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            lock (_numbers) _numbers.Remove(number);
        }
    }

    // The command line that was asked for, for the user's shell; null asks for the shell itself, or for a subsystem that there is none of.
    private static string? CommandFor(SessionRequest request, ServerConfig config) => request.Kind switch
    {
        SessionKind.Command => request.Text,
        SessionKind.Subsystem => config.Subsystems.FirstOrDefault(subsystem => subsystem.Name == request.Text)?.Command,
        _ => null,
    };
}
